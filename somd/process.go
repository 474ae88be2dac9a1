package somd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/kin"
	"github.com/opendsom/dsom/transport/tcp"
)

// The schemes of the URLs of a Place whose server is a process of this one's own. Behind them stands a file; that of a library may be left out: then it is
// found as libsom finds it, but not in the folder of the placement.
const (
	schemeProcess = "process:" // a class library, which the generic server loads
	schemeProgram = "program:" // a program that serves classes itself, by Serve
)

// EnvClasses is the variable that names the generic server's program, dsom-classes.
const EnvClasses = "DSOM_CLASSES"

// classesProgram is its name where it is looked for.
const classesProgram = "dsom-classes"

// MaxProcesses is how many processes one Processes has at a time.
const MaxProcesses = 256

// Processes has servers of classes in processes that are this one's alone: each is started when it is first wanted, and again when it is wanted after it has ended, is reached by nobody
// else, and ends with this process. Its methods may be called concurrently.
//
// The ORB of a domain that has such processes has to be made with its transports:
//
//	p := somd.NewProcesses()
//	o, err := orb.New(orb.Config{Transports: p.Transports(), BiDir: orb.BiDir{Offer: true}})
//	…
//	d := somd.New(adapter, somd.Config{Processes: p})
//	dog, err := d.Place(ctx, somd.Place{Class: "Dog", URL: "process:/usr/lib/libdog.so"})
type Processes struct {
	// Program is the generic server's; "": what DSOM_CLASSES names, or stands beside this program, or is in PATH. Set it before use.
	Program string

	// Env is what the processes have in their environment, NAME=value, besides what this one has. Set it before use.
	Env []string

	parent *kin.Parent

	mu     sync.Mutex
	all    map[string]*ownProcess
	closed bool

	life context.Context // which those have that come up
	end  context.CancelFunc
}

// An ownProcess is a process for what a place says, or one that was.
type ownProcess struct {
	ready chan struct{} // closed when the following are there
	child *kin.Child
	ref   string // of its SOMDServer
	err   error
}

// NewProcesses returns what has no process yet.
func NewProcesses() *Processes {
	p := &Processes{parent: kin.NewParent(tcp.New()), all: map[string]*ownProcess{}}
	p.life, p.end = context.WithCancel(context.Background())
	return p
}

// Transports returns by what an ORB reaches the processes, and others by TCP.
func (p *Processes) Transports() transport.Set { return transport.Set{p.parent} }

// Close has all processes end, and waits for that as long as ctx does: those that have not ended by then are killed.
func (p *Processes) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	var all []*ownProcess
	for _, x := range p.all {
		all = append(all, x)
	}
	p.mu.Unlock()
	defer p.end()
	var err error
	for _, x := range all {
		select {
		case <-x.ready:
		case <-ctx.Done(): // it has not come up yet
			err = ctx.Err()
			p.end()
			<-x.ready
		}
		if x.child != nil {
			x.child.Leave()
		}
	}
	for _, x := range all {
		if x.child == nil {
			continue
		}
		select {
		case <-x.child.Done():
		case <-ctx.Done():
			x.child.Kill()
			err = ctx.Err()
		}
	}
	return err
}

// isOwnProcess reports whether a place is in a process of one's own.
func isOwnProcess(url string) bool {
	return strings.HasPrefix(url, schemeProcess) || strings.HasPrefix(url, schemeProgram)
}

// privateHost returns the host of a reference that leads to a process of somebody's own, "" of others.
func privateHost(r *orb.Ref) string {
	if r == nil {
		return ""
	}
	for _, profile := range r.IOR().Profiles {
		if b, err := profile.IIOP(); err == nil && kin.IsPrivate(b.Host) {
			return b.Host
		}
	}
	return ""
}

// startTime is for a process to come up, where ctx leaves more.
const startTime = 60 * time.Second

// server returns the reference of the SOMDServer of a place's process, which is started if it does not run.
func (p *Processes) server(ctx context.Context, at Place) (string, error) {
	if p == nil {
		return "", errors.New("the domain has no processes of its own: make Processes, and the ORB with its transports (somd.NewProcesses)")
	}
	key, command, env, err := p.command(at)
	if err != nil {
		return "", err
	}
	for {
		x, mine, err := p.claim(key)
		if err != nil {
			return "", err
		}
		if mine {
			go p.start(x, command, env) // for all who want it, not only for who is here, whose time may be over before it is up
		}
		select {
		case <-x.ready:
		case <-ctx.Done():
			return "", ctx.Err()
		}
		if x.err != nil {
			p.forget(key, x)
			return "", x.err
		}
		select {
		case <-x.child.Gone():
			p.forget(key, x)
			continue // it has ended meanwhile
		default:
			return x.ref, nil
		}
	}
}

// claim returns the process of a key, and whether the caller is to start it.
func (p *Processes) claim(key string) (x *ownProcess, mine bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, false, errors.New("the processes are closed")
	}
	if x := p.all[key]; x != nil {
		return x, false, nil
	}
	if len(p.all) >= MaxProcesses {
		return nil, false, fmt.Errorf("there are %d processes for classes, and at most %d are allowed (MaxProcesses)", len(p.all), MaxProcesses)
	}
	x = &ownProcess{ready: make(chan struct{})}
	p.all[key] = x
	return x, true, nil
}

func (p *Processes) forget(key string, x *ownProcess) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[key] == x {
		delete(p.all, key)
	}
}

// start starts a process and waits until it serves.
func (p *Processes) start(x *ownProcess, command, env []string) {
	defer close(x.ready)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, os.Stderr, os.Stderr // what it says is no output of this program's
	child, err := p.parent.Start(cmd)
	if err != nil {
		x.err = fmt.Errorf("the process for classes cannot be started: %w", err)
		return
	}
	ctx, stop := context.WithTimeout(p.life, startTime)
	defer stop()
	word, err := child.Word(ctx)
	var names map[string]string
	if err == nil {
		err = json.Unmarshal([]byte(word), &names)
	}
	if err == nil && names[privateName] == "" {
		err = errors.New("it serves no classes (somd.Serve)")
	}
	if err != nil {
		child.Kill()
		x.err = fmt.Errorf("the process for classes did not come up: %s: %w", strings.Join(command, " "), err)
		return
	}
	x.child, x.ref = child, names[privateName]
}

// command returns the command for a place, its environment, and by what it is told from others.
func (p *Processes) command(at Place) (key string, command, env []string, err error) {
	env = p.environ(at)
	if file, ok := strings.CutPrefix(at.URL, schemeProgram); ok {
		if file, err = beside(at.File, file); err != nil {
			return "", nil, nil, err
		}
		return schemeProgram + file, []string{file}, env, nil
	}
	file := strings.TrimPrefix(at.URL, schemeProcess)
	if file == "" {
		file, err = find(at)
	} else {
		file, err = beside(at.File, file)
	}
	if err != nil {
		return "", nil, nil, err
	}
	program, err := p.program()
	if err != nil {
		return "", nil, nil, err
	}
	return schemeProcess + file, []string{program, "--", file}, env, nil
}

// environ is the environment of the process: without the placement, which is this process's, and without what a daemon has told this process about itself.
func (p *Processes) environ(at Place) []string {
	var env []string
	for _, v := range append(os.Environ(), p.Env...) {
		name, value, _ := strings.Cut(v, "=")
		switch {
		case name == EnvPlacement, strings.HasPrefix(name, "DSOM_SERVER_"):
			continue
		case name == "SOM_PATH" && at.File != "":
			v = name + "=" + strings.Join(slices.DeleteFunc(filepath.SplitList(value), at.isFolder), string(os.PathListSeparator))
		}
		env = append(env, v)
	}
	return env
}

// isFolder reports whether a folder is that of the placement.
func (at Place) isFolder(folder string) bool {
	a, err := os.Stat(filepath.Dir(at.File))
	if err != nil {
		return false
	}
	b, err := os.Stat(folder)
	return err == nil && os.SameFile(a, b)
}

// beside returns a file that a placement names: by the placement's folder, if it is no absolute path.
func beside(placement, file string) (string, error) {
	if file == "" {
		return "", errors.New("behind program: a program is wanted")
	}
	if !filepath.IsAbs(file) && placement != "" {
		file = filepath.Join(filepath.Dir(placement), file)
	}
	file, err := filepath.Abs(file)
	if err == nil {
		_, err = os.Stat(file)
	}
	return file, err
}

// find looks for the library of a class where libsom does, but for the placement's folder.
func find(at Place) (string, error) {
	for _, folder := range filepath.SplitList(os.Getenv("SOM_PATH")) {
		if at.File != "" && at.isFolder(folder) {
			continue
		}
		for _, name := range LibraryNames(at.Class) {
			if file, err := filepath.Abs(filepath.Join(folder, name)); err == nil {
				if i, err := os.Stat(file); err == nil && i.Mode().IsRegular() {
					return file, nil
				}
			}
		}
	}
	return "", fmt.Errorf("no folder of SOM_PATH has a library of class %s, %s, for a process of its own: name one, %s=%sFILE", at.Class, strings.Join(LibraryNames(at.Class), " or "), at.Class, schemeProcess)
}

// program finds the generic server's.
func (p *Processes) program() (string, error) {
	if file := cmp.Or(p.Program, os.Getenv(EnvClasses)); file != "" {
		return file, nil
	}
	if me, err := os.Executable(); err == nil {
		file := filepath.Join(filepath.Dir(me), classesProgram)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	file, err := exec.LookPath(classesProgram)
	if err != nil {
		return "", fmt.Errorf("the program that has classes in a process of their own is not there: %w; %s names it", err, EnvClasses)
	}
	return filepath.Abs(file)
}
