package smalltalk

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed st
var sources embed.FS

// Places of what Debian's packages install. The folder of the machine has its version in its name.
const (
	DebianVM    = "/usr/lib/squeak/*/squeakvm"
	DebianImage = "/usr/share/scratch/Scratch.image"
)

// DefaultMemory is the limit squeak-memory: megabytes that the objects of a program may take.
const DefaultMemory = 256

// A Program is a file of chunks and how it is run. Only File is needed.
type Program struct {
	File   string
	Args   []string // DsomConsole arguments
	Dir    string   // from which its paths count; the process's own
	VM     string   // the virtual machine; the one of DebianVM
	Image  string   // Scratch's image, as it was installed; DebianImage
	Plugin string   // a folder in which the machine looks for plugins besides its own, with so.SomPlugin; none
	Memory int      // squeak-memory, in megabytes; DefaultMemory
	// Time is the limit squeak-time: when it has passed the program is killed. 0 is none.
	Time           time.Duration
	Env            []string // beside the process's own
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Errors of what there has to be, and of programs that do not end by themselves.
var (
	ErrMissing = errors.New("smalltalk: Squeak is missing")
	ErrTime    = errors.New("smalltalk: the program has not ended within squeak-time")
	ErrCrash   = errors.New("smalltalk: the virtual machine has not ended as the program said")
)

// Missing returns what is missing of what a program needs, as an ErrMissing; nil if nothing is.
func (p Program) Missing() error {
	vm, image := p.machine()
	for _, f := range []struct{ file, pkg string }{{vm, "squeak-vm"}, {image, "scratch"}} {
		if s, err := os.Stat(f.file); err != nil || !s.Mode().IsRegular() {
			return fmt.Errorf("%w: there is no %s, which Debian's package %s has", ErrMissing, f.file, f.pkg)
		}
	}
	return nil
}

func (p Program) machine() (vm, image string) {
	vm, image = p.VM, p.Image
	if image == "" {
		image = DebianImage
	}
	if vm == "" {
		vm = DebianVM
		if found, err := filepath.Glob(DebianVM); err == nil && len(found) > 0 {
			vm = slices.Max(found)
		}
	}
	return vm, image
}

// Run runs a program and returns its exit status: 0 when its file has been read to the end, what it says by DsomConsole exit:, or 1 at an error, which is
// on Stderr with the methods that had not returned. The error is ErrMissing, ErrNotImage, ErrTime or ErrCrash, ctx's, or the system's: then the program has not been run,
// or not to its end.
func (p Program) Run(ctx context.Context) (int, error) {
	if err := p.Missing(); err != nil {
		return 0, err
	}
	vm, scratch := p.machine()
	file, err := filepath.Abs(p.File)
	if err != nil {
		return 0, err
	}
	if _, err := os.Stat(file); err != nil {
		return 0, err
	}
	installed, err := os.ReadFile(scratch)
	if err != nil {
		return 0, err
	}
	image, err := Bootable(installed)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", scratch, err)
	}
	dir, err := os.MkdirTemp("", "dsom-smalltalk-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := unpack(dir); err != nil {
		return 0, err
	}
	if err := os.WriteFile(filepath.Join(dir, "dsom.image"), image, 0o600); err != nil {
		return 0, err
	}
	within := ctx
	if p.Time > 0 {
		var stop context.CancelFunc
		within, stop = context.WithTimeout(ctx, p.Time)
		defer stop()
	}
	args := []string{"-vm-display-null", "-vm-sound-null", "-memory", strconv.Itoa(max(p.Memory, 0)) + "m"}
	if p.Memory == 0 {
		args[3] = strconv.Itoa(DefaultMemory) + "m"
	}
	if p.Plugin != "" {
		plugin, err := filepath.Abs(p.Plugin)
		if err != nil {
			return 0, err
		}
		args = append(args, "-plugins", plugin+"/")
	}
	status := filepath.Join(dir, "status")
	args = append(args, filepath.Join(dir, "dsom.image"), filepath.Join(dir, "boot.st"), dir, status, file)
	for _, a := range p.Args {
		args = append(args, "="+a) // the image takes an empty argument for the last
	}
	cmd := exec.CommandContext(within, vm, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.Stdin, p.Stdout, p.Stderr
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), p.Env...)
	cmd.WaitDelay = time.Minute
	ended := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case within.Err() != nil && ended != nil:
		return 0, fmt.Errorf("%w (%v): %s", ErrTime, p.Time, p.File)
	}
	if errors.Is(ended, exec.ErrWaitDelay) { // what it said is not whole
		return 0, fmt.Errorf("%s: %w", p.File, ended)
	}
	said, err := os.ReadFile(status)
	if err != nil {
		return 0, fmt.Errorf("%w: %v", ErrCrash, ended)
	}
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() < 0 { // by a signal, behind what the program has said
		return 0, fmt.Errorf("%w: %v", ErrCrash, ended)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(said)))
	if err != nil {
		return 0, fmt.Errorf("%w: %s", ErrCrash, strings.ReplaceAll(string(said), "\r", "\n"))
	}
	return n, nil
}

// unpack writes what the image reads into a folder.
func unpack(dir string) error {
	all, err := fs.Sub(sources, "st")
	if err != nil {
		return err
	}
	return fs.WalkDir(all, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(all, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), b, 0o600)
	})
}
