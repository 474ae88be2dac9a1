package portscan

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// Registered returns the name under which a port is registered with IANA, as the system's services file has it, or
// "" if it has none. Ports that matter to CORBA and DSOM are known without that file.
func Registered(network string, port uint16) string {
	key := strconv.Itoa(int(port)) + "/" + network
	if name, ok := ours[key]; ok {
		return name
	}
	return services()[key]
}

// ours are registrations of this field (IANA, Service Name and Transport Protocol Port Number Registry).
var ours = map[string]string{
	"683/tcp": "corba-iiop", "683/udp": "corba-iiop",
	"684/tcp": "corba-iiop-ssl", "684/udp": "corba-iiop-ssl",
	"1570/tcp": "orbixd", "1571/tcp": "rdb-dbs-disp",
	"2809/tcp": "corbaloc", "2809/udp": "corbaloc",
	"3053/tcp": "dsom-server", "3053/udp": "dsom-server",
	"3075/tcp": "orbix-locator", "3076/tcp": "orbix-config", "3077/tcp": "orbix-loc-ssl", "3078/tcp": "orbix-cfg-ssl",
}

// maxServices is the size up to which a services file is read.
const maxServices = 4 << 20

var services = sync.OnceValue(func() map[string]string {
	path := "/etc/services"
	if runtime.GOOS == "windows" {
		path = filepath.Join(os.Getenv("SystemRoot"), "System32", "drivers", "etc", "services")
	}
	names := map[string]string{}
	f, err := os.Open(path)
	if err != nil {
		return names
	}
	defer f.Close()
	read := 0
	for s := bufio.NewScanner(f); s.Scan() && read < maxServices; {
		read += len(s.Text()) + 1
		line, _, _ := strings.Cut(s.Text(), "#")
		w := strings.Fields(line)
		if len(w) < 2 {
			continue
		}
		if _, known := names[w[1]]; !known {
			names[w[1]] = w[0]
		}
	}
	return names
})
