package main

import "C" // with which puppy_typelib.c is compiled: what puppy.idl says, for dsom class show libpuppy.so
