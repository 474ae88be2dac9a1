/*
 * som_compat.h: the names of IBM's C bindings over this kernel, so that programs written for them compile. What dsom idl build
 * --c=compat makes of a class includes it; docs/som-c.md says what is different.
 *
 * Classes are types of objects here (Dog *), with SOM_STRICT_IDL of pointers to them (Dog), and all of them, SOMClass too, are the kernel's one.
 */
#ifndef SOM_COMPAT_H
#define SOM_COMPAT_H

#include "som_compat_process.h"
#include "som_compat_class.h"
#include "som_compat_valist.h"

#endif
