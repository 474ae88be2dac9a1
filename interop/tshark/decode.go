package tshark

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// A Type is a GIOP message type, as in octet 7 of the header.
type Type uint8

// The message types of GIOP.
const (
	Request Type = iota
	Reply
	CancelRequest
	LocateRequest
	LocateReply
	CloseConnection
	MessageError
	Fragment
)

func (t Type) String() string {
	names := [...]string{"Request", "Reply", "CancelRequest", "LocateRequest", "LocateReply", "CloseConnection", "MessageError", "Fragment"}
	if int(t) < len(names) {
		return names[t]
	}
	return "type " + strconv.Itoa(int(t))
}

// A Status is a reply status, as in the Reply's header.
type Status uint32

// The reply statuses of GIOP; NoStatus is what a message that is no Reply has.
const (
	NoException Status = iota
	UserException
	SystemException
	LocationForward
	LocationForwardPerm
	NeedsAddressingMode
	NoStatus Status = 1<<32 - 1
)

// A Message is a GIOP message as tshark saw it.
type Message struct {
	Frame     int    // of the recording
	Stream    int    // TCP connection, from 0 in order of appearance
	From, To  int    // TCP ports
	Version   string // "1.2"
	Type      Type
	Little    bool   // byte order
	More      bool   // fragments follow
	Size      int    // octets behind the GIOP header
	ID        uint32 // request id, of the types that have one; Fragment from 1.2 on
	Operation string // of a Request
	Status    Status // of a Reply
	Located   int    // the status of a LocateReply, 0 of others

	// Problems are tshark's complaints about the frame: malformed packets and other expert information, but for what
	// concerns TCP alone. All messages of a frame have those of the frame.
	Problems []string
}

func (m Message) String() string {
	s := fmt.Sprintf("frame %d: %d -> %d GIOP %s %v id %d, %d octets", m.Frame, m.From, m.To, m.Version, m.Type, m.ID, m.Size)
	if m.Operation != "" {
		s += " " + m.Operation
	}
	if m.Type == Reply {
		s += fmt.Sprintf(" status %d", m.Status)
	}
	for _, p := range m.Problems {
		s += "; " + p
	}
	return s
}

// fields are what is asked of tshark, in the order of the columns.
var fields = []string{
	"frame.number", "tcp.stream", "tcp.srcport", "tcp.dstport",
	"giop.major_version", "giop.minor_version", "giop.type", "giop.flags.little_endian", "giop.flags.fragment", "giop.len",
	"giop.request_id", "giop.request_op", "giop.replystatus", "giop.locale_status",
	"_ws.malformed", "_ws.expert.group", "_ws.expert.message",
}

// sequence is tshark's number for the group of expert information about the course of a TCP connection: windows, segments
// that overtook each other, connections that begin and end. None of it is a problem of GIOP.
const sequence = "33554432"

// separator stands between the values of a field that a frame has several times; no operation's name has it.
const separator = ";"

// Decode returns the GIOP messages in a recording, in the order in which they were sent. The ports are those on which to
// expect GIOP, in case tshark would take it for something else.
//
// Fragments are listed as they are. tshark could put them together, but in GIOP 1.1, where a Fragment does not say what
// it belongs to, tshark 4.0 then takes complete requests for fragments.
func Decode(ctx context.Context, file string, ports ...int) ([]Message, error) {
	args := []string{"-r", file, "-Y", "giop", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=" + separator,
		"-o", "giop.reassemble:FALSE", "-o", "tcp.reassemble_out_of_order:TRUE"}
	// These guess from operation names that are ours as well, and read our bodies as theirs.
	for _, guess := range []string{"giop-tango", "giop-gias", "giop-parlay", "giop-coseventcomm"} {
		args = append(args, "--disable-protocol", guess)
	}
	for _, port := range ports {
		args = append(args, "-d", fmt.Sprintf("tcp.port==%d,giop", port))
	}
	for _, field := range fields {
		args = append(args, "-e", field)
	}
	cmd := exec.CommandContext(ctx, "tshark", args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("tshark: %w\n%s", err, errs.String())
	}
	var messages []Message
	for line := range strings.Lines(string(out)) {
		of, err := frame(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("tshark printed %q: %w", line, err)
		}
		messages = append(messages, of...)
	}
	return messages, nil
}

// Count returns how many of the messages are as wanted.
func Count(messages []Message, wanted func(Message) bool) int {
	n := 0
	for _, m := range messages {
		if wanted(m) {
			n++
		}
	}
	return n
}

// Of is for Count: messages of this type.
func Of(t Type) func(Message) bool { return func(m Message) bool { return m.Type == t } }

// Troubled returns the messages about which tshark complains.
func Troubled(messages []Message) []Message {
	var found []Message
	for _, m := range messages {
		if len(m.Problems) > 0 {
			found = append(found, m)
		}
	}
	return found
}

// frame takes one line apart. A frame may have several messages; a field has a value for each message that has the field.
func frame(line string) ([]Message, error) {
	columns := strings.Split(line, "\t")
	if len(columns) != len(fields) {
		return nil, fmt.Errorf("%d columns, want %d", len(columns), len(fields))
	}
	r := row{}
	for i, name := range fields {
		if columns[i] != "" {
			r[name] = strings.Split(columns[i], separator)
		}
	}
	problems := r["_ws.malformed"]
	groups := r["_ws.expert.group"]
	for i, message := range r["_ws.expert.message"] {
		if i >= len(groups) || groups[i] != sequence {
			problems = append(problems, message)
		}
	}
	for _, field := range []string{"_ws.malformed", "_ws.expert.group", "_ws.expert.message"} {
		delete(r, field)
	}
	// Once for a frame:
	number, stream, from, to := r.number("frame.number"), r.number("tcp.stream"), r.number("tcp.srcport"), r.number("tcp.dstport")
	var messages []Message
	for len(r["giop.type"]) > 0 {
		m := Message{Frame: number, Stream: stream, From: from, To: to, Problems: problems, Status: NoStatus}
		m.Version = r.next("giop.major_version") + "." + r.next("giop.minor_version")
		m.Type = Type(r.number("giop.type"))
		if m.Version == "1.0" { // it has a boolean where later versions have flags
			m.Little = r.truth("giop.flags.little_endian")
		} else {
			m.Little, m.More = r.truth("giop.flags.little_endian"), r.truth("giop.flags.fragment")
		}
		m.Size = r.number("giop.len")
		switch {
		case m.Type == CloseConnection || m.Type == MessageError:
		case m.Type == Fragment && m.Version < "1.2":
			if m.Size >= 4 {
				r.next("giop.request_id") // tshark takes the first octets of the body for one
			}
		default:
			m.ID = uint32(r.number("giop.request_id"))
		}
		switch m.Type {
		case Request:
			m.Operation = r.next("giop.request_op")
		case Reply:
			m.Status = Status(r.number("giop.replystatus"))
		case LocateReply:
			m.Located = r.number("giop.locale_status")
			if m.misread() {
				m.Problems = nil
			}
		}
		messages = append(messages, m)
	}
	if left := r.left(); left != "" && len(problems) == 0 { // of a malformed message fields may be missing
		return nil, fmt.Errorf("the values of %s do not match the messages", left)
	}
	return messages, nil
}

// The statuses of a LocateReply that brings a reference.
const (
	objectForward     = 2
	objectForwardPerm = 3
)

// misread reports whether m is of the kind that tshark (4.0) reads wrongly: it looks for the reference in a LocateReply of
// GIOP 1.2 at a multiple of 8, where that of a Reply is. That of a LocateReply follows its header, as it always did.
func (m Message) misread() bool {
	return m.Version >= "1.2" && (m.Located == objectForward || m.Located == objectForwardPerm)
}

// A row has the values of each field that have not been used yet.
type row map[string][]string

func (r row) next(field string) string {
	values := r[field]
	if len(values) == 0 {
		r["lacking "+field] = []string{""} // shows up in left
		return ""
	}
	r[field] = values[1:]
	return values[0]
}

func (r row) number(field string) int {
	n, err := strconv.Atoi(r.next(field))
	if err != nil {
		r["lacking "+field] = []string{""}
	}
	return n
}

func (r row) truth(field string) bool {
	v := r.next(field)
	return v == "1" || v == "True"
}

// left names a field that has values left over, or that lacked some.
func (r row) left() string {
	for field, values := range r {
		if len(values) > 0 {
			return field
		}
	}
	return ""
}
