/* Which controllers a v2 group hands to its children. */
#ifndef SANDBOX_CONTROLLERS_H
#define SANDBOX_CONTROLLERS_H

void controllers_enable(const char *directory);
/* Enables what the host has not, and remembers that, so that it can be undone; not while other runs are under way. */
void controllers_lend(const char *mount);
/* Undoes that after the last run of ours, unless others have come to use it. */
void controllers_undo(const char *mount);

#endif
