/* A class with two parents that may be elsewhere. */
#include "yoke.ih.h"
