#ifndef AGENT_H
#define AGENT_H

/* The subcommands of the agent: one static program that is the harness's hands outside, beside and inside containers. */
int worker_main(int argc, char **argv);
int sandbox_main(int argc, char **argv);
int sandboxes_main(int argc, char **argv);
int tied_main(int argc, char **argv);
int place_main(int argc, char **argv);
int named_main(int argc, char **argv);
int do_main(int argc, char **argv);
int console_main(int argc, char **argv);
int probe_main(int argc, char **argv);
int hook_main(int argc, char **argv);
int tree_main(int argc, char **argv);
int parts_main(int argc, char **argv);
int powers_main(int argc, char **argv);
int euid_main(void);

/* Exit codes that the harness knows, and one by which a worker asks for a new sandbox. */
enum { EXIT_USAGE = 64, EXIT_SANDBOX = 71, EXIT_RENEW = 75 };

#endif
