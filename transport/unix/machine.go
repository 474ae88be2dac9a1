package unix

import (
	"crypto/sha256"
	"os"
	"strings"
	"sync"
)

// Machine returns what tells this machine, and what of it this process can see, from others: sockets that it names are reached by whoever has the same. On Linux
// that is the boot and the namespaces of files and of the network, so that two containers differ; elsewhere the host's name. It is a digest, which says nothing
// of any of these.
var Machine = sync.OnceValue(func() [16]byte {
	parts := []string{"dsom"}
	if boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		parts = append(parts, string(boot))
		for _, space := range []string{"mnt", "net"} {
			if name, err := os.Readlink("/proc/self/ns/" + space); err == nil {
				parts = append(parts, name)
			}
		}
	} else if name, err := os.Hostname(); err == nil {
		parts = append(parts, name)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return [16]byte(sum[:16])
})
