/* FIFOs by which the probe reports. */
#ifndef REPORT_H
#define REPORT_H

#include "reply.h"

void do_report(const struct args *a, struct buf *reply);

#endif
