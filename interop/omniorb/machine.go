package omniorb

import (
	"path/filepath"
	"slices"

	"github.com/opendsom/dsom/interop/peer"
)

// Folder is where install-peers puts omniORB for s390x, with all libraries that it needs.
const Folder = "/usr/local/lib/dsom-peers/s390x"

// A Machine is what programs on omniORB are built for, and how they are run.
type Machine struct {
	suffix   string // of the names of recipes
	root     string // folder in which omniORB is installed; "" is this machine's
	compiler peer.Tool
	flags    []string // of the compiler: where headers and libraries are
	emulator []string // in front of a program; nil: none
	needs    []peer.Tool
}

// Native is this machine.
var Native = Machine{compiler: peer.Tool{Name: "g++", Package: "g++"}}

// Foreign is an IBM Z, which is big-endian, under emulation.
var Foreign = Machine{
	suffix:   "-s390x",
	root:     Folder,
	compiler: peer.Tool{Name: "s390x-linux-gnu-g++", Package: "g++-s390x-linux-gnu"},
	flags:    []string{"-isystem", Folder + "/usr/include", "-L" + Folder + "/usr/lib/s390x-linux-gnu", "-Wl,-rpath-link," + Folder + "/usr/lib/s390x-linux-gnu"},
	emulator: []string{peer.Emulator, "-L", Folder},
	needs:    []peer.Tool{{Name: peer.Emulator, Package: "qemu-user-static"}},
}

// file is a file of one of omniORB's packages.
func (m Machine) file(name, packaged string) peer.Tool {
	if m.root != "" {
		packaged += ":s390x (by install-peers)"
	}
	return peer.Tool{Name: m.root + name, Package: packaged}
}

var omniidl = peer.Tool{Name: "omniidl", Package: "omniidl"}

// Recipe adds to that of programs what all programs on omniORB need, and what their identity is made of.
func (m Machine) Recipe(r peer.Recipe) peer.Recipe {
	header := m.file("/usr/include/omniORB4/CORBA.h", "libomniorb4-dev")
	r.Name += m.suffix
	r.Needs = slices.Concat(r.Needs, []peer.Tool{omniidl, header, m.compiler}, m.needs)
	r.Key = append(r.Key, peer.Command{m.compiler.Name, "-dumpfullversion"}, peer.Command{"cat", m.root + "/usr/include/omniORB4/acconfig.h"})
	return r
}

// Compile returns a command of the compiler. Libraries are named behind it.
func (m Machine) Compile(args ...string) peer.Command {
	return slices.Concat(peer.Command{m.compiler.Name}, args, m.flags)
}

// Command returns how a program is run: what is started, and its arguments.
func (m Machine) Command(program string, args ...string) (string, []string) {
	all := slices.Concat(m.emulator, []string{program}, args)
	return all[0], all[1:]
}

// tool is a program of one of omniORB's packages.
func (m Machine) tool(name, packaged string) peer.Tool {
	if m.root == "" {
		return peer.Tool{Name: name, Package: packaged}
	}
	return m.file(filepath.Join("/usr/bin", name), packaged)
}
