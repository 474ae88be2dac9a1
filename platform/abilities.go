package platform

var (
	exceptLinux = []string{"windows", "darwin", "freebsd", "aix"}
	windows     = []string{"windows"}
)

// The abilities. Where they are used, what a system lacks answers with Missing, or as Instead says.
var (
	SocketUser = &Ability{
		Key: "socket-user", What: "the user of a program that calls over a socket of the machine",
		Instead: "such callers have no name by their socket: servers that are registered as secure want certificates of them, or on Windows named pipes.",
		Lacking: []string{"windows", "aix"}, Files: []string{"transport/unix/process_other.go"},
	}
	SocketProcess = &Ability{
		Key: "socket-process", What: "the process of a program that calls over a socket of the machine",
		Instead: "macOS and FreeBSD tell the user alone; a server of another user is not known by its process.",
		Lacking: exceptLinux, Files: []string{"transport/unix/process_bsd.go", "transport/unix/process_other.go"},
	}
	TCPUser = &Ability{
		Key: "tcp-user", What: "the user and process of a program on this machine that calls over TCP",
		Instead: "names may be changed by whoever calls from this machine, and DSOM's programs register servers over the daemon's socket, which is a named pipe on Windows, or if the daemon lets all of the machine.",
		Lacking: exceptLinux, Files: []string{"daemon/peers_other.go"},
	}
	AbstractSockets = &Ability{
		Key: "sockets-without-file", What: "sockets of the machine without a file (unix:@name)",
		Instead: "sockets have a path; a server that is to know its callers is given one, or certificates.",
		Lacking: exceptLinux,
	}
	NamedPipes = &Ability{
		Key: "named-pipes", What: "named pipes (pipe:name)",
		Instead: "named pipes are Windows's: here it is a socket, unix:/run/x.sock.",
		Lacking: []string{"linux", "darwin", "freebsd", "aix"}, Files: []string{"transport/pipe/pipe_other.go"},
	}
	PrivateProcesses = &Ability{
		Key: "private-processes", What: "processes of a program's own, reached by sockets that are handed on to them",
		Instead: "classes are placed in a server that the daemon starts.",
		Lacking: windows, Files: []string{"transport/kin/kin_other.go"},
	}
	RawEthernet = &Ability{
		Key: "raw-ethernet", What: "IPX in frames of Ethernet, by packet sockets",
		Instead: "there is IPX over UDP: tunnel and RFC 1234.",
		Lacking: exceptLinux, Files: []string{"transport/ipx/ether/ether_other.go"},
	}
	ProcessIdentity = &Ability{
		Key: "process-identity", What: "the time at which a process was started, which tells it from a later one with its number",
		Instead: "a daemon that comes back knows servers by their lease alone, and ends nothing by its number.",
		Lacking: []string{"aix"},
	}
	ProcessGroups = &Ability{
		Key: "process-groups", What: "signals to all processes that a server has started",
		Instead: "the server's own process is ended, and those that it has started are not.",
		Lacking: windows, Files: []string{"daemon/supervise/child/group_other.go"},
	}
	GroupsOfOthers = &Ability{
		Key: "groups-of-adopted", What: "signals to the processes of a server that an earlier daemon has started",
		Instead: "its own process is ended, and those that it has started are not.",
		Lacking: []string{"windows", "aix"}, Files: []string{"process/group_other.go"},
	}
	ProcessList = &Ability{
		Key: "process-list", What: "what a server that has ended has left running",
		Instead: "processes that outlive the server that has started them are not found by a daemon that comes back.",
		Lacking: exceptLinux, Files: []string{"process/members_other.go"},
	}
	Signals = &Ability{
		Key: "signals", What: "asking a program to end by a signal (SIGTERM, SIGHUP)",
		Instead: "servers are asked over their lease, and ended without being asked if they have none; Ctrl-C ends the daemon in order.",
		Lacking: windows,
	}
	ControlGroups = &Ability{
		Key: "control-groups", What: "limits for all processes of a server together",
		Instead: "they are not enforced; the daemon's log and status say so.",
		Lacking: exceptLinux, Files: []string{"daemon/supervise/cgroup/cgroup_other.go", "daemon/supervise/child/cgroup_other.go"},
	}
	ProcessLimits = &Ability{
		Key: "process-limits", What: "limits for a server's process",
		Instead: "a server that is registered with them is not started.",
		Lacking: windows, Files: []string{"daemon/supervise/child/limits_other.go"},
	}
	OtherAccounts = &Ability{
		Key: "other-accounts", What: "servers under another account than the daemon's",
		Instead: "a server that is registered with one is not started.",
		Lacking: windows, Files: []string{"daemon/supervise/child/user_other.go"},
	}
	Services = &Ability{
		Key: "services", What: "having the system run the daemon (dsom service install)",
		Instead: "dsom service show prints units for systemd and launchd, of which to make one for what runs services here.",
		Lacking: []string{"freebsd", "aix"},
	}
	FileOwners = &Ability{
		Key: "file-owners", What: "the owners of files, by number",
		Instead: "dsom restore gives what it restores to who runs it, and that a folder is another user's is not noticed.",
		Lacking: windows, Files: []string{"daemon/files_other.go", "daemon/backup/owner_other.go"},
	}
	OpenFiles = &Ability{
		Key: "open-files", What: "how many files a process may have open",
		Instead: "the limit of connections is not fitted to it.",
		Lacking: windows, Files: []string{"doctor/files_other.go", "daemon/files_other.go"},
	}
	PortOwners = &Ability{
		Key: "port-owners", What: "the process that has a port (dsom port)",
		Instead: "dsom port says what speaks there, and not whose it is: netstat -Aan and rmsock do.",
		Lacking: []string{"aix"},
	}
	SystemState = &Ability{
		Key: "system-state", What: "whether the clock is synchronised, and what filters packets",
		Instead: "dsom doctor does not know.",
		Lacking: exceptLinux, Files: []string{"doctor/machine_other.go"},
	}
	GroupSockets = &Ability{
		Key: "group-sockets", What: "sockets that hear one group of datagrams (MIOP), and nothing else at its port",
		Instead: "the port is taken at all addresses, and what is sent to those is heard too.",
		Lacking: exceptLinux, Files: []string{"transport/miop/listen_other.go"},
	}
	DeadPeers = &Ability{
		Key: "dead-peers", What: "the time after which what a peer has not acknowledged ends a connection",
		Instead: "the system decides that: it may be a quarter of an hour. Calls end with their deadline.",
		Lacking: exceptLinux, Files: []string{"transport/tcp/unheard_other.go"},
	}
	Terminal = &Ability{
		Key: "terminal", What: "the size of the terminal, and stopping dsom top by Ctrl-Z",
		Instead: "80 columns and 24 lines are used.",
		Lacking: windows, Files: []string{"cmd/dsom/screen_other.go"},
	}
	ClassLibraries = &Ability{
		Key: "class-libraries", What: "loading class libraries of C, C++ and Go into the program dsom itself",
		Instead: "releases are built without cgo: who loads classes is bind/somd, which is built on the machine (docs/somd.md).",
		Lacking: append([]string{"linux"}, exceptLinux...), Files: []string{"som/native/absent.go", "bind/somd/place/nosignals.go"},
	}
)

// Abilities returns all of them, in the order of the documentation.
func Abilities() []*Ability {
	return []*Ability{
		SocketUser, SocketProcess, TCPUser, AbstractSockets, NamedPipes, PrivateProcesses, RawEthernet, GroupSockets, DeadPeers,
		ProcessIdentity, ProcessGroups, GroupsOfOthers, ProcessList, Signals, ControlGroups, ProcessLimits, OtherAccounts, OpenFiles, FileOwners,
		Services, PortOwners, SystemState, Terminal, ClassLibraries,
	}
}
