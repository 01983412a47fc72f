/* The talk between the runtime and the processes that it makes, over a socket of packets: a message's byte, then its text if it has one. */
#ifndef CHANNEL_H
#define CHANNEL_H

enum message {
  MESSAGE_ERROR = '!', /* the sender's last word: what it died of */

  MESSAGE_DONE = 'o', /* the sender did what it was made for */

  /* Between the runtime, the stage and init, in this order. */
  MESSAGE_USER_NAMESPACE_MADE = 'u', /* stage: its id maps are to be written */
  MESSAGE_IDS_MAPPED = 'm',
  MESSAGE_PID = 'p',            /* stage: the process that it made, in decimal */
  MESSAGE_GO_ON = 'g',          /* the process is where it belongs, in cgroups and with its interfaces */
  MESSAGE_ROOT_BUILT = 'b',     /* init: the runtime's own hooks are due */
  MESSAGE_HOOKS_DONE = 'd',     /* the container's are due */
  MESSAGE_READY = 'r',          /* init: nothing is left to do but the program */
  MESSAGE_CREATED = 'c',        /* create has come to its end: wait for start */
  MESSAGE_START = 's',          /* on a connection of start's own */
  MESSAGE_HOOK_FAILED = 'f',    /* init: a startContainer hook's failure, which destroys the container */
  MESSAGE_LISTENER = 'l',       /* a process: the descriptor of its seccomp filter's notifications comes along */
  MESSAGE_LISTENER_TAKEN = 't', /* the seccomp agent has it */
};

enum { MESSAGE_SIZE = 8192 }; /* a packet's bytes at most; a longer text is cut */

/* Sends a message with a text, which may be empty. 0, or -1 with errno. */
int message_send(int socket, enum message message, const char *text);

/* A process's side: that its runtime is gone, or says something else, ends it without a word. */
void channel_say(int socket, enum message message);
void channel_await(int socket, enum message message);

/* The runtime's side: dies with the other side's last word, or with `ended` when it left without one. */
void channel_order(int socket, enum message message, const char *ended);
/* Returns the message's text, to be freed. */
char *channel_expect(int socket, enum message message, const char *ended);

#endif
