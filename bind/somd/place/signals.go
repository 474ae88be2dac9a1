//go:build cgo && unix

package main

// #include <signal.h>
//
// static int minds(int sig) {
//	struct sigaction now;
//	return sigaction(sig, NULL, &now) == 0 && ((now.sa_flags & SA_SIGINFO) || now.sa_handler != SIG_DFL);
// }
import "C"

import "syscall"

// minds reports whether the program does something of its own when it is to end by a signal.
func minds() bool { return C.minds(C.int(syscall.SIGTERM)) != 0 }
