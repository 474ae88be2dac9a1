package process

import (
	"bytes"
	"io"
	"os"
	"strconv"
)

// maxEnviron is how many octets are read of a process's environment.
const maxEnviron = 1 << 20

// Members returns the processes of a group that live. Whether they are those that one means is to be seen by
// something else: the number of a group that has ended is given to others.
func Members(group int) ([]ID, error) {
	return those(func(s stat) bool { return s.group == group })
}

// All returns the processes of this machine that live, as far as this one may see them.
func All() ([]ID, error) { return those(func(stat) bool { return true }) }

func those(wanted func(stat) bool) (ids []ID, err error) {
	all, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		s, err := readStat("/proc/" + e.Name() + "/stat")
		if err == nil && !s.ended && wanted(s) {
			ids = append(ids, ID{pid, bootID() + ":" + s.start})
		}
	}
	return ids, nil
}

// Session returns the number of the session that the process is in, if it lives and the system tells. No other session has the number while a process is in it.
func (id ID) Session() (session int, ok bool) {
	s, err := readStat("/proc/" + strconv.Itoa(id.PID) + "/stat")
	if err != nil || bootID()+":"+s.start != id.Start {
		return 0, false
	}
	return s.session, true
}

// Variable returns the value of a variable in the environment that the process was started with, and whether it is there and
// may be read.
func (id ID) Variable(name string) (string, bool) {
	f, err := os.Open("/proc/" + strconv.Itoa(id.PID) + "/environ")
	if err != nil {
		return "", false
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxEnviron))
	if err != nil || id.State() == Gone { // or it is that of another
		return "", false
	}
	for v := range bytes.SplitSeq(b, []byte{0}) {
		if value, ok := bytes.CutPrefix(v, []byte(name+"=")); ok {
			return string(value), true
		}
	}
	return "", false
}
