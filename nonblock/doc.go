// Package nonblock reads and writes descriptors that do not block (O_NONBLOCK), without telling the runtime.
//
// Before an ordinary system call the runtime is told that the goroutine's processor may be given to another thread,
// which costs as much as a read or a short write of a socket takes: a fifth of all that a ping costs (docs/performance.md).
// Worse, it wakes the runtime's monitor, which then looks 50,000 times a second whether the call still lasts. Here the
// processor waits for the call, a few microseconds; a garbage collection that begins meanwhile waits as well. So writes
// are to be short, [ShortWrite] at most, and a descriptor that blocks has no place here.
//
// On other systems than Linux, and under the race detector and the memory sanitizers, which learn from package syscall
// what happened before what, the functions are package syscall's. All may be called concurrently.
package nonblock

// ShortWrite is how many octets are a short write.
const ShortWrite = 16 << 10
