// Package hardwords has the words that languages and their headers have taken, as names of everything in IDL, and the headers that
// programs in C may include in front of ours or behind them: for tests that hold that neither matters.
package hardwords

import (
	"fmt"
	"strings"
)

// names are the headers of C11 and of POSIX.1-2008, without their ends. Those of threads, of optional parts and of C alone are among
// them: [Program] includes what is there.
const names = `assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool stddef
	stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype
	aio arpa/inet cpio dirent dlfcn fcntl fmtmsg fnmatch ftw glob grp iconv langinfo libgen monetary mqueue ndbm net/if netdb netinet/in
	netinet/tcp nl_types poll pthread pwd regex sched search semaphore spawn strings stropts sys/ipc sys/mman sys/msg sys/resource
	sys/select sys/sem sys/shm sys/socket sys/stat sys/statvfs sys/time sys/times sys/types sys/uio sys/un sys/utsname sys/wait syslog
	tar termios trace ulimit unistd utime utmpx wordexp`

// Program returns source that includes all of them that the compiler has.
func Program() string {
	var b strings.Builder
	for h := range strings.FieldsSeq(names) {
		if h == "stdatomic" || h == "stdnoreturn" { // which C++17 does not have, and some of its compilers stumble over
			fmt.Fprintf(&b, "#ifndef __cplusplus\n#include <%s.h>\n#endif\n", h)
			continue
		}
		fmt.Fprintf(&b, "#if __has_include(<%[1]s.h>)\n#include <%[1]s.h>\n#endif\n", h)
	}
	return b.String()
}
