//go:build unix

package child

import (
	"fmt"
	"strings"
	"time"
)

// shell is what sets limits: they are those of the process that becomes the program, from its first
// instruction on, and this process's own are not touched.
const shell = "/bin/sh"

// limited returns a command that sets limits and then becomes the given one, whose program is an absolute path.
func limited(path string, args []string, l Limits) (string, []string, error) {
	var set []string
	add := func(flag string, value int64, what string) {
		set = append(set, fmt.Sprintf(`ulimit -%s %d || { echo "the limit of %s cannot be set to %[2]d"; exit 126; }`, flag, value, what))
	}
	const kib, block = 1 << 10, 512
	if l.Files > 0 {
		add("n", l.Files, "open files")
	}
	if l.Memory > 0 {
		add("v", (l.Memory+kib-1)/kib, "memory in KiB")
	}
	if l.FileLen > 0 {
		add("f", (l.FileLen+block-1)/block, "a file's length in blocks of 512 octets")
	}
	if l.CPUTime > 0 {
		add("t", int64(l.CPUTime/time.Second), "processor time in seconds")
	}
	switch {
	case l.Core > 0:
		add("c", (l.Core+block-1)/block, "a core file in blocks of 512 octets")
	case l.Core < 0:
		add("c", 0, "a core file in blocks of 512 octets")
	}
	if len(set) == 0 {
		return path, args, nil
	}
	script := strings.Join(set, "\n") + "\n" + `exec "$@"`
	return shell, append([]string{"sh", "-c", script, "sh", path}, args[1:]...), nil
}
