package cabi

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A header's guard is its name in capitals where nothing is lost by that, and no other header's guard. Digits do not begin a
// macro's name, and names with an underscore at the start, or two, are the C and C++ implementation's.
var plainHeader = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.ih)?\.(h|hpp|ih)$`)

// Guard returns the macro that says that the header of that name was read.
func Guard(header string) string {
	word := strings.ToUpper(Word(header))
	if plainHeader.MatchString(header) {
		return word + "_INCLUDED"
	}
	letters := strings.FieldsFunc(word, func(r rune) bool { return r == '_' })
	h := fnv.New64a()
	h.Write([]byte(header))
	return fmt.Sprintf("FILE_%s_%016X_INCLUDED", strings.Join(letters, "_"), h.Sum64())
}

// Include returns what names a header in an #include line, where there are no escapes.
func Include(header string) string { return `"` + header + `"` }

// HeaderProblem says why there cannot be a header of that name, in a folder that the compiler searches, or returns "".
func HeaderProblem(header string) string {
	switch {
	case strings.ContainsFunc(header, func(r rune) bool { return r == '"' || r == '\\' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }):
		return fmt.Sprintf("no #include line can name the file %q", header)
	case strings.Contains(header, "??"):
		return fmt.Sprintf("the file %q has a trigraph in its name", header)
	}
	if name, ok := strings.CutSuffix(strings.ToLower(header), ".h"); ok {
		if slices.Contains(strings.Fields(systemHeaders), name) || strings.HasSuffix(name, "intrin") {
			return fmt.Sprintf("%s would hide the system's header <%s.h> from whatever includes it", header, name)
		}
		if slices.Contains(strings.Fields(ownHeaders), name) {
			return fmt.Sprintf("%s would hide the object runtime's header of that name", header)
		}
	}
	if strings.EqualFold(header, "som.hpp") {
		return header + " would hide the C++ binding's header of that name"
	}
	return ""
}

// Headers that C, POSIX and Windows have, and others that those include with systems in use, without the suffix.
const systemHeaders = `
	assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbit stdbool
	stdckdint stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype
	aio aliases alloca alltypes ar argp argz availability byteswap cpio crypt dirent dlfcn elf endian envz err error execinfo
	fcntl features features-time64 fmtmsg fnmatch fpu_control fstab fts ftw gconv getopt glob gnu-versions grp gshadow iconv ieee754 ifaddrs
	langinfo lastlog libgen libintl libio limits link malloc mcheck memory mntent monetary mqueue ndbm netdb nl_types nss obstack
	paths poll printf proc_service pthread pty pwd re_comp regex regexp resolv sched search secure semaphore setjmp sgtty shadow
	spawn stab stdc-predef stdio_ext stropts strings stubs syscall sysexits syslimits syslog tar termio termios thread_db
	trace ttyent uconfig ucontext ulimit unistd utime utmp utmpx values varargs vis wait wordexp xlocale
	_ansi _mingw _types basetsd conio corecrt corecrt_startup crtdbg crtdefs direct dos excpt guiddef intrin io mbctype mbstring
	minwindef new newapis ntdef objbase ole2 oleauto process rpc sal sdkddkver sec_api share specstrings swprintf tchar unknwn
	vadefs vcruntime wincon windef windows winbase winerror wingdi winnt winsock winsock2 winuser winver ws2tcpip
	cdefs machine types omp mm_malloc mm3dnow arm_neon cpuid unwind`

// Headers of the object runtime and its bindings, which are not made of IDL.
const ownHeaders = "som som_meta som_c som_compat som_compat_class som_compat_process som_compat_valist"
