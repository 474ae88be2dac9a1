package bbolt

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/opendsom/dsom/process"
)

// An ownerFile lies beside the store's file and says which process has it open. The lock on
// the file itself is what excludes others; this only gives it a name.
type ownerFile struct{ path string }

type ownerRecord struct {
	Process process.ID `json:"process"`
	Program string     `json:"program"`
}

func ownerPath(path string) string { return path + ".owner" }

// claim writes the owner's file. The store works without it, so that what keeps it from
// being written is no error.
func claim(path string) *ownerFile {
	self, err := process.Self()
	if err != nil {
		self = process.ID{PID: os.Getpid()}
	}
	o := &ownerFile{ownerPath(path)}
	b, err := json.Marshal(ownerRecord{Process: self, Program: filepath.Base(os.Args[0])})
	if err != nil || os.WriteFile(o.path, b, 0o600) != nil {
		o.release() // one of an earlier process would give the wrong name
	}
	return o
}

func (o *ownerFile) release() {
	if o != nil {
		_ = os.Remove(o.path)
	}
}

// holder returns who has the file at path open, as far as its owner's file says so and that
// process lives.
func holder(path string) (pid int, program string) {
	b, err := os.ReadFile(ownerPath(path))
	if err != nil || len(b) > 4096 {
		return 0, ""
	}
	var rec ownerRecord
	if json.Unmarshal(b, &rec) != nil || rec.Process.State() == process.Gone {
		return 0, ""
	}
	return rec.Process.PID, rec.Program
}
