// Package nonblock reads and writes descriptors that do not block (O_NONBLOCK), without telling the runtime.
//
// Before an ordinary system call the runtime is told that the goroutine's processor may be given to another thread,
// and its monitor is woken, which then looks 50,000 times a second whether the call still lasts. Where many calls
// are on their way at a time that costs a tenth of what gets through (docs/performance.md). Here the
// processor waits for the call, a few microseconds; a garbage collection that begins meanwhile waits as well. So writes
// are to be short, [ShortWrite] at most, and a descriptor that blocks has no place here.
//
// It is not for one call at a time: the monitor's looking keeps a virtual processor from going to sleep while the peer
// works, from which it wakes in three times the time that the peer takes.
//
// On other systems than Linux, and under the race detector and the memory sanitizers, which learn from package syscall
// what happened before what, the functions are package syscall's. All may be called concurrently.
package nonblock

// ShortWrite is how many octets are a short write.
const ShortWrite = 16 << 10
