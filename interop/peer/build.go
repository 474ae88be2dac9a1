package peer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is how long may take what ends by itself unless it hangs: a build, a tool, a server's start, all cases of a client. It is no measure of how long
// that takes, which is a minute at most on a machine of two processors that does nothing else, and many times that on one that does.
const Patience = 10 * time.Minute

const (
	buildTime = Patience            // for one build
	keepTime  = 14 * 24 * time.Hour // after which a build that nobody used is removed
)

// A Recipe says how the programs of a peer are made.
type Recipe struct {
	Name    string
	Needs   []Tool
	Sources []fs.FS     // copied, side by side, into the folder in which the steps run
	Key     []Command   // their output, the versions of compilers, belongs to the build's identity
	Stages  [][]Command // run one after the other in that folder; the commands of a stage side by side
}

// A Command is a program and its arguments.
type Command []string

// Build returns the folder with what the recipe makes. It is made once for the same sources and compilers, however many
// tests and test binaries ask at a time, and kept in the user's cache folder.
func Build(t testing.TB, r Recipe) string {
	t.Helper()
	Need(t, r.Needs...)
	dir, err := r.make(t.Context())
	if err != nil {
		t.Fatalf("building the peer %s: %v", r.Name, err)
	}
	return dir
}

func (r Recipe) make(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, buildTime)
	defer cancel()
	id, err := r.identity(ctx)
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, r.Name+"-"+id)
	unlock, err := lock(filepath.Join(cache, r.Name+".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	now := time.Now()
	if os.Chtimes(dir, now, now) == nil { // it is there; and in use, so that no one clears it away
		return dir, nil
	}
	clearOld(cache, r.Name, now.Add(-keepTime))
	work, err := os.MkdirTemp(cache, r.Name+"-build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work) // nothing is left of it once it has been renamed
	for _, source := range r.Sources {
		if err := os.CopyFS(work, source); err != nil {
			return "", err
		}
	}
	for _, stage := range r.Stages {
		if err := runStage(ctx, work, stage); err != nil {
			return "", err
		}
	}
	return dir, os.Rename(work, dir)
}

// runStage runs the commands, as many at a time as there are processors, and returns all their errors.
func runStage(ctx context.Context, dir string, commands []Command) error {
	errs := make([]error, len(commands))
	slots := make(chan struct{}, runtime.NumCPU())
	var all sync.WaitGroup
	for i, command := range commands {
		slots <- struct{}{}
		all.Go(func() {
			_, errs[i] = command.output(ctx, dir)
			<-slots
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func (c Command) output(ctx context.Context, dir string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, c[0], c[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return out, fmt.Errorf("%s: %w\n%s", strings.Join(c, " "), err, out)
	}
	return out, nil
}

// identity is a hash of all that goes into the build: sources, commands, and versions of the tools.
func (r Recipe) identity(ctx context.Context) (string, error) {
	h := sha256.New()
	for _, command := range r.Key {
		out, err := command.output(ctx, "")
		if err != nil {
			return "", err
		}
		h.Write(out)
	}
	fmt.Fprintf(h, "%q\n", r.Stages)
	for _, source := range r.Sources {
		err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := fs.ReadFile(source, name)
			fmt.Fprintf(h, "%s %d\n", name, len(content))
			h.Write(content)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// cacheDir is a folder of this user's own. Where there is no cache folder, one in the shared temporary folder is taken only
// if it belongs to this user alone: its programs are going to be run.
func cacheDir() (string, error) {
	if dir, err := os.UserCacheDir(); err == nil {
		dir = filepath.Join(dir, "dsom-interop")
		if os.MkdirAll(dir, 0o700) == nil {
			return dir, nil
		}
	}
	dir := filepath.Join(os.TempDir(), "dsom-interop-"+strconv.Itoa(os.Getuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return dir, checkOwn(dir)
}

// clearOld removes builds and leftovers of builds that were last used before the given time.
func clearOld(cache, name string, before time.Time) {
	found, _ := filepath.Glob(filepath.Join(cache, name+"-*")) // the pattern is good
	for _, dir := range found {
		if info, err := os.Stat(dir); err == nil && info.ModTime().Before(before) {
			_ = os.RemoveAll(dir) // the next build tries again
		}
	}
}
