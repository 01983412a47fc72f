/* Paths inside a root file system: symbolic links and `..` never lead out of it. */
#ifndef PATHS_H
#define PATHS_H

#include <stdbool.h>

/* Opens (O_PATH) what the path names inside the root; -1 with errno. */
int in_root(int root, const char *path);
/* The same, and makes what is missing: directories, and at the end a directory or an empty file. Dies, naming `from`. */
int make_in_root(int root, const char *path, bool directory, const char *from);
/* Opens the directory that holds the path's last component, making it if missing; the component is returned in `name`, to be freed. */
int parent_in_root(int root, const char *path, char **name, const char *from);
#endif
