package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// procCPU is the CPU time of a process so far, in ns: its CPU clock (clock_getcpuclockid), which
// is exact where /proc counts in hundredths of a second.
func procCPU(pid int) float64 {
	const cpuClock = 2 // CPUCLOCK_SCHED
	var t syscall.Timespec
	_, _, e := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(int32(^pid<<3|cpuClock)), uintptr(unsafe.Pointer(&t)), 0)
	if e != 0 {
		return 0
	}
	return float64(t.Nano())
}

// rss is the memory of a process, in KiB.
func rss(pid int) float64 { return field(fmt.Sprintf("/proc/%d/status", pid), "VmRSS:") }

// field is the number behind a name in a file of lines.
func field(file, name string) float64 {
	b, _ := os.ReadFile(file)
	for l := range strings.Lines(string(b)) {
		if f := strings.Fields(l); len(f) > 1 && f[0] == name {
			k, _ := strconv.ParseFloat(f[1], 64)
			return k
		}
	}
	return 0
}

// busy is the machine's busy CPU time so far, in ns.
func busy() float64 {
	b, _ := os.ReadFile("/proc/stat")
	l, _, _ := strings.Cut(string(b), "\n")
	var sum float64
	for i, s := range strings.Fields(l) {
		if i >= 1 && i <= 8 && i != 4 && i != 5 { // idle, iowait
			v, _ := strconv.ParseFloat(s, 64)
			sum += v
		}
	}
	return sum * 1e7
}

// quiet waits, for a bounded time, until others leave the machine alone.
func quiet() {
	for t := time.Now(); time.Since(t) < *wait; {
		b := busy()
		time.Sleep(100 * time.Millisecond)
		if (busy()-b)/1e8 < *busyOK {
			return
		}
	}
}

// A Machine is what is known of the one that measured.
type Machine struct {
	CPU     string   `json:"cpu"`
	CPUs    int      `json:"cpus"`
	MiB     int      `json:"memory_mib"`
	System  string   `json:"system"`
	Kernel  string   `json:"kernel"`
	Go      string   `json:"go"`
	Commit  string   `json:"commit"` // of this project
	OmniORB string   `json:"omniorb"`
	Load    []string `json:"load"` // averages of 1, 5 and 15 minutes when it began
}

func machine() Machine {
	m := Machine{CPUs: runtime.NumCPU(), MiB: int(field("/proc/meminfo", "MemTotal:") / 1024), Go: runtime.Version(),
		Kernel: said("uname", "-sr"), Commit: said("git", "describe", "--always", "--dirty"),
		OmniORB: said("dpkg-query", "-W", "-f=${Version}", "libomniorb4-dev")}
	b, _ := os.ReadFile("/proc/cpuinfo")
	for l := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
			m.CPU = strings.TrimSpace(v)
		}
	}
	b, _ = os.ReadFile("/etc/os-release")
	for l := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(l, "PRETTY_NAME="); ok {
			m.System = strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	b, _ = os.ReadFile("/proc/loadavg")
	if f := strings.Fields(string(b)); len(f) >= 3 {
		m.Load = f[:3]
	}
	return m
}

// said is what a program says of itself, or nothing.
func said(name string, args ...string) string {
	b, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
