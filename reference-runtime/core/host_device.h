#ifndef HOST_DEVICE_H
#define HOST_DEVICE_H

#include "plan.h"

/* Opens the node that this mount namespace has in a device's place, as a mount, if it is that device; -1 if not. */
int host_device(const struct step *device);

#endif
