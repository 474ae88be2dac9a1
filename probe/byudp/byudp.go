// Package byudp asks by UDP where an object is: a LocateRequest in one datagram, as a daemon of DSOM answers it by a LocateReply in one (docs/udp.md).
//
// What comes back is believed for what it is, a hint: anybody can have sent it who saw the question. Nothing is started, made or changed by asking.
package byudp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/transport/socket"
)

// The bounds of a question.
const (
	Tries     = 3                      // datagrams that are sent, until one is answered
	Every     = 200 * time.Millisecond // from one to the next, and from the last to the end
	Patience  = Tries * Every          // what a question takes to which nothing comes back
	MostAsked = 1472                   // octets of one, and of an answer: what one packet of Ethernet carries

	room   = 1232 // octets of an answer that a daemon gives at most (udp-reply), for which the question is made long enough
	times  = 3    // octets of an answer for each of its question (udp-amplification)
	others = 16   // datagrams of something else that are read in answer to one
)

// An Answer is a LocateReply that came back.
type Answer struct {
	Status  giop.LocateStatus
	Forward *ior.IOR // where the object is, if the status is ObjectForward or ObjectForwardPerm
	Asked   int      // octets of the datagram that was answered
	Octets  []byte   // the datagram
}

// ErrSilent is the error if nothing comes back.
var ErrSilent = errors.New("nothing came back by UDP")

// ErrRefused is the error if the system there says that nobody hears datagrams at the port. On Windows programs are not told that: it is ErrSilent.
var ErrRefused = errors.New("nobody hears datagrams at the port")

// ErrLongKey is the error for an object whose key does not go into a datagram: nothing was sent.
var ErrLongKey = fmt.Errorf("the object's key is too long to be asked for by a datagram, which has %d octets at most", MostAsked)

// An OtherError is that something came back that is no answer.
type OtherError struct {
	Octets []byte
	Err    error // why not
}

func (e *OtherError) Error() string { return "something else came back by UDP: " + e.Err.Error() }

// Unwrap returns why it is no answer.
func (e *OtherError) Unwrap() error { return e.Err }

// Ask asks over c, a socket of UDP that is connected to whom is asked, for the object of a key. Each try has its whole time, so Ask returns within Patience and what this process was kept from running meanwhile,
// or when ctx ends. Its errors are ErrSilent, ErrRefused, ErrLongKey, an OtherError, ctx's and the socket's.
// The deadline of c is changed. It must not be called twice at a time for one c.
func Ask(ctx context.Context, c net.Conn, key []byte) (Answer, error) {
	id := rand.Uint32() // who did not see the question does not know it
	q := giop.LocateQuestion(id, key, room, times)
	if len(q) > MostAsked {
		return Answer{}, ErrLongKey
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	b := make([]byte, MostAsked+1)
	var other *OtherError
	seen := 0
	for range Tries {
		if err := c.SetDeadline(time.Now().Add(Every)); err != nil {
			return Answer{}, err
		}
		if ctx.Err() != nil { // its end may have been overwritten just now
			return Answer{}, context.Cause(ctx)
		}
		_, err := c.Write(q)
		for err == nil && seen < others {
			var n int
			if n, err = c.Read(b); socket.IsLong(err) {
				n, err = len(b), nil
			}
			if err != nil {
				break
			}
			a, wrong := parse(b[:n], id)
			if wrong == nil {
				a.Asked = len(q)
				return a, nil
			}
			other, seen = &OtherError{Octets: append([]byte(nil), b[:n]...), Err: wrong}, seen+1
		}
		switch {
		case ctx.Err() != nil:
			return Answer{}, context.Cause(ctx)
		case refused(err):
			return Answer{}, ErrRefused
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return Answer{}, err
		case seen >= others:
			return Answer{}, other
		}
	}
	if other != nil {
		return Answer{}, other
	}
	return Answer{}, ErrSilent
}

// parse reads the answer to question id.
func parse(b []byte, id uint32) (Answer, error) {
	if len(b) > MostAsked {
		return Answer{}, fmt.Errorf("it has more than %d octets", MostAsked)
	}
	_, r, d, err := giop.OpenLocateAnswer(b)
	if err != nil {
		return Answer{}, err
	}
	if r.ID != id {
		return Answer{}, errors.New("it answers another question")
	}
	a := Answer{Status: r.Status, Octets: append([]byte(nil), b...)}
	if r.Status == giop.ObjectForward || r.Status == giop.ObjectForwardPerm {
		a.Forward = ior.Get(d)
		if err = d.Err(); err == nil && a.Forward.IsNil() {
			err = errors.New("it forwards to a nil reference")
		}
	}
	return a, err
}
