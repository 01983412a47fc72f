/* Requests to rtnetlink: their making, and what answers them. */
#ifndef C_NETLINK_H
#define C_NETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A request: the body of its type follows the header, and attributes follow the body. */
struct netlink_request {
  struct nlmsghdr header;
  char rest[496];
  bool too_long; /* something did not fit: it cannot be sent */
};

/* Begins a request of a type (RTM_NEWLINK), with flags besides NLM_F_REQUEST. */
void netlink_begin(struct netlink_request *r, unsigned short type, unsigned short flags, const void *body, size_t len);
/* Appends an attribute. */
void netlink_add(struct netlink_request *r, unsigned short type, const void *data, size_t len);
/* Begins an attribute that has a body (which may be empty) and then attributes of its own, until it is ended. */
struct rtattr *netlink_nest(struct netlink_request *r, unsigned short type, const void *body, size_t len);
void netlink_end(struct netlink_request *r, struct rtattr *nested);

/* A socket that hears of the groups (RTMGRP_LINK; 0 for none). -1 with errno. */
int netlink_open(unsigned groups);
/* Called for each message that answers a request. */
typedef void netlink_visit(const struct nlmsghdr *message, void *context);
/* Sends a request and waits for the end of its answer. 0, or -1 with the kernel's error in errno: EINTR for a list that changed meanwhile. */
int netlink_ask(int fd, struct netlink_request *r, netlink_visit *each, void *context);
/* One read of messages: their length, or -1 with errno. */
ssize_t netlink_receive(int fd, void *buffer, size_t size, int flags);
/* The attribute of a type after a body of so many bytes, or NULL. */
const struct rtattr *netlink_find(const struct nlmsghdr *message, size_t body, unsigned short type);

#endif
