package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"time"
)

// longest is how long a client may take.
const longest = 60 * time.Second

// errMissing says that a peer was not built.
var errMissing = errors.New("not built: left out")

// A process is a peer's program, which is told and tells by lines.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func launch(program string, args []string) (*process, error) {
	if _, err := os.Stat(program); err != nil {
		return nil, errMissing
	}
	p := &process{cmd: exec.Command(program, args...)}
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	o, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(o)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	kill := time.AfterFunc(longest, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	if line, err := p.out.ReadString('\n'); line != "ready\n" {
		p.stop()
		return nil, fmt.Errorf("it said %q, %v", line, err)
	}
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// ask sends a line, and returns the line of JSON that is the answer.
func (p *process) ask(q string) (m map[string]float64, err error) {
	kill := time.AfterFunc(longest, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	_, _ = fmt.Fprintln(p.in, q) // who has answered already, and ended, does not read it
	line, err := p.out.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("it ended instead of answering: %w", err)
	}
	return m, json.Unmarshal([]byte(line), &m)
}

// stop closes the program's stdin and, should it not end, ends it.
func (p *process) stop() {
	p.in.Close()
	k := time.AfterFunc(3*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer k.Stop()
	_ = p.cmd.Wait()
}

// A server is that of a target, at one size.
type server struct {
	*process
	target target
	n      int
	port   int
}

func start(t target, n int) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	program, args := argv(t.server, port, n)
	p, err := launch(program, args)
	if err != nil {
		return nil, fmt.Errorf("server of %s: %w", t.name, err)
	}
	return &server{p, t, n, port}, nil
}

// clients starts so many clients. The caller stops them.
func (s *server) clients(count int, work []string) ([]*process, error) {
	var all []*process
	for range count {
		program, args := argv(s.target.client, s.port, s.n, work...)
		p, err := launch(program, args)
		if err != nil {
			stopAll(all)
			return nil, fmt.Errorf("client of %s, %v: %w", s.target.name, args, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func stopAll(all []*process) {
	for _, p := range all {
		p.stop()
	}
}

// A Sample is what one run measured, by name: n calls; wall_ns, user_ns and sys_ns of all; p50_ns, p99_ns and mean_ns
// of one; cli_cpu and srv_cpu (ns), mallocs_per_op and srv_mallocs, cli_calls and srv_calls (system calls) of one;
// foreign, how much of a CPU others used meanwhile; srv_kib, the server's memory; made_ns, what it took the server to
// make its objects.
type Sample map[string]float64

// once runs clients to their end, and measures them together.
func (s *server) once(count int, work []string) (Sample, error) {
	clients, err := s.clients(count, work)
	if err != nil {
		return nil, err
	}
	defer stopAll(clients)
	var before, after map[string]float64
	if s.target.stats {
		if before, err = s.ask("stats"); err != nil {
			return nil, err
		}
	}
	cpu, b, t := procCPU(s.pid()), busy(), time.Now()
	r, err := ask(clients)
	if err != nil {
		return nil, fmt.Errorf("client of %s, %v: %w", s.target.name, work, err)
	}
	wall := float64(time.Since(t))
	cpu, b = procCPU(s.pid())-cpu, busy()-b
	if s.target.stats {
		if after, err = s.ask("stats"); err != nil {
			return nil, err
		}
		if m, ok := after["mallocs"]; ok {
			r["srv_mallocs"] = (m - before["mallocs"]) / r["n"]
		}
		r["made_ns"] = after["made_ns"]
	}
	r["srv_kib"] = rss(s.pid())
	r["srv_cpu"] = cpu / r["n"]
	r["cli_cpu"] = (r["user_ns"] + r["sys_ns"]) / r["n"]
	r["foreign"] = (b - cpu - r["user_ns"] - r["sys_ns"]) / wall
	if _, ok := r["user_ns"]; !ok { // a client of one call
		r["foreign"] = (b - cpu) / wall / 2
	}
	r["mean_ns"] = r["wall_ns"] / r["n"]
	r["rate"] = 1e9 / r["mean_ns"]
	return r, nil
}

// ask lets all clients go at once, and adds up what they did: the time is the longest of theirs, percentiles
// are the median client's.
func ask(clients []*process) (Sample, error) {
	type answer struct {
		m   map[string]float64
		err error
	}
	answers := make(chan answer, len(clients))
	for _, p := range clients {
		go func() {
			m, err := p.ask("go")
			answers <- answer{m, err}
		}()
	}
	var err error
	each := map[string][]float64{}
	for range clients {
		a := <-answers
		err = errors.Join(err, a.err)
		for k, v := range a.m {
			if k == "mallocs_per_op" || k == "bytes_per_op" {
				v *= a.m["n"]
			}
			each[k] = append(each[k], v)
		}
	}
	if err != nil {
		return nil, err
	}
	r := Sample{}
	for k, v := range each {
		switch k {
		case "wall_ns":
			r[k] = slices.Max(v)
		case "p50_ns", "p99_ns":
			_, r[k], _ = spread(v)
		default:
			for _, x := range v {
				r[k] += x
			}
		}
	}
	for _, k := range []string{"mallocs_per_op", "bytes_per_op"} {
		if _, ok := r[k]; ok {
			r[k] /= r["n"]
		}
	}
	return r, nil
}

// best is once, again while others use the machine, as long as -tries says.
func (s *server) best(count int, work []string) (b Sample, err error) {
	for range max(1, *tries) {
		quiet()
		r, err := s.once(count, work)
		if err != nil {
			return nil, err
		}
		if b == nil || r["foreign"] < b["foreign"] {
			b = r
		}
		if b["foreign"] < *busyOK {
			break
		}
	}
	return b, nil
}
