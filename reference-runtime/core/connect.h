#ifndef CONNECT_H
#define CONNECT_H

/* Connects to the Unix socket of that path, which may be longer than an address can be. -1 with errno. */
int connect_path(const char *path);
/* Connects a socket to the one of that path, which has to be short. 0, or -1 with errno. */
int connect_socket(int socket, const char *path);
/* Binds a socket to a path, which has to be short. 0, or -1 with errno. */
int bind_socket(int socket, const char *path);

#endif
