#ifndef LIST_H
#define LIST_H

#include <stdbool.h>

#include "container.h"

enum list_form { LIST_TABLE, LIST_IDS, LIST_JSON };
/* Prints all containers below the root. */
void containers_list(const char *root, enum list_form form);
/* Prints the processes of a container. */
void container_ps(const struct container *c, bool json);
/* Prints a text; dies if it cannot be written. */
void print(const char *text);

#endif
