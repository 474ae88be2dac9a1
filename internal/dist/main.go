// Command dist makes releases: for each kind of machine in platform.Targets an archive with the program, the licences of all that is
// linked into it, the README and the documentation, and one file with the checksums of all archives, SHA256SUMS.
//
//	go run ./internal/dist -version 1.2.3 -time 1764460800 -out dist [target…]
//
// A target is as Go names it, linux/s390x; without one all are built. The programs are static, and stamped with the version, which
// dsom version prints. The same sources, version, time and compiler make the same octets, wherever and whenever they are built.
// Nothing is fetched but modules that the go command lacks.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/opendsom/dsom/platform"
)

// checksums is the file with the checksums of all archives, as sha256sum writes and checks it.
const checksums = "SHA256SUMS"

// A release is what is built.
type release struct {
	gocmd   string // the go command
	root    string // of the module
	version string
	time    time.Time // of all files in the archives
	out     string    // folder
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("dist: ")
	r := release{root: "."}
	var seconds int64
	flag.StringVar(&r.gocmd, "go", "go", "the go `command`")
	flag.StringVar(&r.version, "version", "", "the release's `name`, which is stamped on the program")
	flag.StringVar(&r.out, "out", "dist", "the `folder` of the archives")
	flag.Int64Var(&seconds, "time", 315532800, "the time of the files, in `seconds` since 1970")
	flag.Parse()
	r.time = time.Unix(seconds, 0).UTC()
	targets, err := chosen(flag.Args())
	if err == nil {
		err = r.make(targets)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// chosen returns the targets of these names; all if there are none.
func chosen(names []string) ([]platform.Target, error) {
	all := platform.Targets()
	if len(names) == 0 {
		return all, nil
	}
	var some []platform.Target
	for _, n := range names {
		i := slices.IndexFunc(all, func(t platform.Target) bool { return t.String() == n })
		if i < 0 {
			return nil, fmt.Errorf("releases are not built for %s, but for %v", n, all)
		}
		some = append(some, all[i])
	}
	return some, nil
}

// versions are those that stand in names of files on all systems, and in the linker's flags.
var versions = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$`)

// make builds the targets, and writes the checksums of their archives: of these alone, which takes the place of what stood there.
func (r release) make(targets []platform.Target) error {
	if !versions.MatchString(r.version) {
		return fmt.Errorf("-version %q: a version is of letters, digits, points, plus, minus and underscores, 64 at most", r.version)
	}
	if first, last := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2107, 12, 31, 0, 0, 0, 0, time.UTC); r.time.Before(first) || r.time.After(last) {
		return fmt.Errorf("-time %d: zip archives have times from 1980 to 2107", r.time.Unix())
	}
	if err := os.MkdirAll(r.out, 0o777); err != nil {
		return err
	}
	var sums []string
	for _, t := range targets {
		began := time.Now()
		name, archive, err := r.archive(t)
		if err != nil {
			return fmt.Errorf("%v: %w", t, err)
		}
		if err := os.WriteFile(filepath.Join(r.out, name), archive, 0o666); err != nil {
			return err
		}
		sums = append(sums, fmt.Sprintf("%x  %s\n", sha256.Sum256(archive), name))
		log.Printf("%-16s %5.1f MB  %s  %.0f s", t, float64(len(archive))/1e6, name, time.Since(began).Seconds())
	}
	return os.WriteFile(filepath.Join(r.out, checksums), []byte(strings.Join(sums, "")), 0o666)
}
