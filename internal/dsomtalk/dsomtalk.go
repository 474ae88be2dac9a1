// Package dsomtalk has a recorded conversation of DSOM's own programs for tests: regimpl registers a server and lists what is
// registered, dsom lists it, starts it and stops it, the daemon somdd does what it is told, and the server somdsvr comes up and goes.
//
// The octets are in testdata/conversation.txt, with notes. They are made from the capture that lies beside the repository, by the test of this
// package.
package dsomtalk

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/giop"
)

// Golden is the name of the file with the octets, in testdata.
const Golden = "conversation.txt"

//go:embed testdata/conversation.txt
var golden string

// The connections of the conversation, in their order. All but ToServer lead to the daemon.
const (
	Register  = iota // regimpl looks for who makes definitions
	Register2        // and registers the server
	List             // regimpl lists what is registered
	Status           // dsom lists the server
	Start            // dsom starts it
	Coming           // the server looks for its definition
	Up               // and says that it is up
	Status2          // dsom lists the server
	Stop             // dsom stops it
	ToServer         // somdd asks the server to end
	Down             // the server says that it ends
)

// ServerID is the id of the server.
const ServerID = "8f4a92af-5ad74c23-a2-b0-667c34110f9c"

// Alias is its alias.
const Alias = "myserver"

// The ports of the daemon and of the server, on 127.0.0.1.
const (
	DaemonPort uint16 = 3003
	ServerPort uint16 = 57667
)

// A Message is a GIOP message as it was sent.
type Message struct {
	Conn   int  // one of the connections above
	Called bool // it was sent by the side that was called
	Octets []byte
}

// Messages returns the whole conversation, in the order in which messages were complete.
func Messages(t testing.TB) []Message {
	t.Helper()
	all, err := parse(golden)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Sent returns the messages of a connection that one side sent.
func Sent(t testing.TB, conn int, called bool) []Message {
	t.Helper()
	var all []Message
	for _, m := range Messages(t) {
		if m.Conn == conn && m.Called == called {
			all = append(all, m)
		}
	}
	return all
}

// head begins the messages in the golden file.
const head = "# connection "

// parse reads the golden file.
func parse(text string) ([]Message, error) {
	var all []Message
	for n, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, head):
			var m Message
			var side string
			if _, err := fmt.Sscanf(line, head+"%d, %s", &m.Conn, &side); err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			m.Called = side == "called,"
			all = append(all, m)
		case line == "" || strings.HasPrefix(line, "#"):
		case len(all) == 0 || len(line) < 29:
			return nil, fmt.Errorf("line %d is no octets of a message", n+1)
		default:
			b, err := hex.DecodeString(strings.ReplaceAll(line[6:29], " ", ""))
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			m := &all[len(all)-1]
			m.Octets = append(m.Octets, b...)
		}
	}
	return all, nil
}

// A Swap is what takes the place of other octets of the same length.
type Swap struct{ Old, New []byte }

// Port returns the swap of a port of 127.0.0.1 in little-endian profiles.
func Port(was, is uint16) Swap {
	at := func(port uint16) []byte { return binary.LittleEndian.AppendUint16([]byte("127.0.0.1\x00"), port) }
	return Swap{at(was), at(is)}
}

// Replace returns the octets of a message with others in their places, in stringified references too. What has another length is not
// swapped: the message would have to be made anew.
func Replace(b []byte, swaps ...Swap) []byte {
	b = bytes.Clone(b)
	for _, s := range swaps {
		if len(s.Old) != len(s.New) {
			panic(fmt.Sprintf("%x and %x are of different lengths", s.Old, s.New))
		}
		b = bytes.ReplaceAll(b, s.Old, s.New)
		b = bytes.ReplaceAll(b, []byte(hex.EncodeToString(s.Old)), []byte(hex.EncodeToString(s.New)))
	}
	return b
}

// ID returns the id of a request or reply of GIOP 1.0 without service contexts.
func ID(b []byte) uint32 { return order(b).Uint32(b[giop.HeaderSize+4:]) }

// WithID returns the message with another id.
func WithID(b []byte, id uint32) []byte {
	b = bytes.Clone(b)
	order(b).PutUint32(b[giop.HeaderSize+4:], id)
	return b
}

func order(b []byte) binary.ByteOrder {
	if b[6]&1 != 0 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}
