// Package backup writes the state of a daemon into one file, and makes a state of it again: dsom backup, dsom restore.
//
// A backup is JSON, a value a line, compressed by gzip: first what it is, then entries of the store and files of the state folder in any order, last how
// many there were. So people can read it (zcat FILE | jq), it does not depend on what keeps the store, and one that is cut off anywhere is
// recognised. What belongs to a daemon that runs, the token of its local API, is not in it, nor what servers have written; what servers were given
// in their environment is, so it is to be kept as the state folder is. Nor are the servers that run in it, by which a daemon knows them again: they are a fact
// about one machine at one time, and another daemon that took it for its own would end the servers of the first.
package backup

import (
	"slices"
	"strings"
	"time"
)

// Format is the version of what is written. Another is refused.
const Format = 1

// The limits of what is read. They are in the errors of what exceeds them.
const (
	maxFile  = 16 << 20 // octets of a file of the state folder
	maxLine  = 24 << 20 // octets of a line: a file in base64
	maxFiles = 10000
	maxTotal = 64 << 30 // octets in all, when they are not compressed
)

// A Head is the first line.
type Head struct {
	Format  int       `json:"dsom_backup"`
	Version string    `json:"version,omitempty"` // of the program that has written it
	Host    string    `json:"host,omitempty"`    // where
	Made    time.Time `json:"made"`
}

// A Summary says what is in a backup.
type Summary struct {
	Head
	Entries int `json:"entries"`
	Files   int `json:"files"`

	Disabled []string `json:"disabled,omitempty"` // servers that were restored disabled, by name, as Options.Port has it
}

// A line is one of those behind the first.
type line struct {
	Key   string `json:"key,omitempty"`  // of the store
	File  string `json:"file,omitempty"` // below the state folder, with slashes
	Value []byte `json:"value,omitempty"`
	End   *end   `json:"end,omitempty"` // the last
}

// An end tells how much there was.
type end struct {
	Entries int `json:"entries"`
	Files   int `json:"files"`
}

// What of the state folder is kept besides the store.
const (
	configFile = "dsom.toml"
	library    = "idl"
)

// passing are the beginnings of the keys that tell which processes are servers here and now: they stay with the state folder, and are in no backup.
var passing = []string{"run/", "dsom/life/"}

func passes(key string) bool {
	return slices.ContainsFunc(passing, func(p string) bool { return strings.HasPrefix(key, p) })
}
