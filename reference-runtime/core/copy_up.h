#ifndef COPY_UP_H
#define COPY_UP_H

#include "plan.h"

/* Copies what a directory has into another, with owners and modes. Dies on failure, naming the step's property. */
void copy_directory(int from, int to, const struct step *s);

#endif
