#ifndef IDMAP_NAMESPACE_H
#define IDMAP_NAMESPACE_H

#include "plan.h"

/* Opens a user namespace that has the maps of an idmap step. Dies on failure. */
int idmap_namespace(const struct step *idmap);

#endif
