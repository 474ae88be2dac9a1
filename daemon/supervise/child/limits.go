package child

import "time"

// Limits are what a process, and each that it starts, may use; 0 is as much as this process.
type Limits struct {
	Files   int64 // open at once
	Memory  int64 // octets of address space
	FileLen int64 // octets of a file that it writes
	Core    int64 // octets of a core file; below 0: none is written
	CPUTime time.Duration
}
