package dii_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/typecode"
)

var (
	doubles   = typecode.Sequence(typecode.Double, 0)
	overTC    = typecode.Exception("IDL:M/Over:1.0", "Over", typecode.Member{Name: "list", Type: doubles}, typecode.Member{Name: "after", Type: typecode.Long})
	fragments = &dii.Signature{
		Operation: "mirror", Result: doubles, Raises: []*typecode.TypeCode{overTC},
		Params: []dii.Param{{Name: "list", Direction: model.In, Type: doubles}, {Name: "after", Direction: model.InOut, Type: typecode.Long}},
	}
)

// mirror is a servant of one operation, which counts its calls.
type mirror struct{ calls int }

func (m *mirror) Interface() *orb.Interface { return &orb.Interface{ID: "IDL:M/Mirror:1.0"} }
func (m *mirror) Implementation() any       { return m }
func (m *mirror) Dispatch(r *orb.ServerRequest) bool {
	dii.Serve(r, fragments, func(_ context.Context, _ *dii.Signature, args []dyn.Any) (dii.Results, error) {
		m.calls++
		return dii.Results{Return: args[0], Out: args[1:]}, nil
	})
	return true
}

// inFragments completes a little-endian message of GIOP 1.1 that has been begun: with a list of n doubles, 0.5 and on, and a long. each: every
// double is aligned by itself in its fragment, as omniORBpy does; otherwise the first alone, and the others are copied, as omniORB does.
func inFragments(head []byte, n int, after uint32, each bool) []byte {
	const room = 1024
	var out []byte
	msg := slices.Clone(head)
	next := func(more bool) {
		giop.PatchSize(msg)
		if more {
			msg[6] |= 2
		}
		out = append(out, msg...)
		msg = giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeFragment})
	}
	align := func(size int) {
		for len(msg)%size != 0 {
			msg = append(msg, 0)
		}
	}
	put := func(octets []byte) {
		if align(len(octets)); len(msg) == room {
			next(true)
			align(len(octets))
		}
		msg = append(msg, octets...)
	}
	put(binary.LittleEndian.AppendUint32(nil, uint32(n)))
	if !each {
		align(8)
	}
	for i := range n {
		octets := binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(i)+0.5))
		if each {
			put(octets)
			continue
		}
		k := min(8, room-len(msg))
		if msg = append(msg, octets[:k]...); k < 8 {
			next(true)
			msg = append(msg, octets[k:]...)
		}
	}
	put(binary.LittleEndian.AppendUint32(nil, after))
	next(false)
	return out
}

func checkList(t *testing.T, what string, list, after any, n int) {
	t.Helper()
	got, _ := list.([]any)
	for i, x := range got {
		if x != float64(i)+0.5 {
			t.Fatalf("%s: %d doubles, that at %d is %v", what, n, i, x)
		}
	}
	if len(got) != n || after != int32(n) {
		t.Errorf("%s: %d doubles of %d, and %v behind them", what, len(got), n, after)
	}
}

// TestFragments lets doubles come over the ends of fragments of GIOP 1.1 in requests, replies and exceptions, from senders of both kinds: nothing says of
// which kind one is, and a servant is called once all the same.
func TestFragments(t *testing.T) {
	t.Parallel()
	for _, each := range []bool{false, true} {
		t.Run(fmt.Sprintf("each %t", each), func(t *testing.T) {
			t.Parallel()
			sizes := []int{100, 126, 127, 300, 1000, 1001}
			t.Run("requests", func(t *testing.T) {
				o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
				m := new(mirror)
				ref, err := poa.New(o).Activate(m)
				if err != nil {
					t.Fatal(err)
				}
				p, err := ref.IOR().Profiles[0].IIOP()
				if err != nil {
					t.Fatal(err)
				}
				c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", o.Endpoints()[0].Port))
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				for i, n := range sizes {
					e := cdr.NewEncoder(nil, true, nil)
					giop.BeginRequest(e, cdr.V11, &giop.RequestHead{ID: uint32(i), Flags: giop.SyncTarget, Key: p.Key, Operation: "mirror"})
					if _, err := c.Write(inFragments(e.Bytes(), n, uint32(n), each)); err != nil {
						t.Fatal(err)
					}
					h, msg := message(t, c)
					var d cdr.Decoder
					giop.Open(&d, h, msg, nil)
					var reply giop.Reply
					if err := reply.Parse(h, &d); err != nil || reply.Status != giop.NoException {
						t.Fatalf("%d doubles: %v, %v", n, reply.Status, err)
					}
					list := dyn.GetValue(&d, doubles)
					checkList(t, "requests", list.Value(), dyn.GetValue(&d, typecode.Long).Value(), n)
				}
				if m.calls != len(sizes) {
					t.Errorf("%d calls", m.calls)
				}
			})
			for _, status := range []giop.ReplyStatus{giop.NoException, giop.UserException} {
				t.Run(status.String(), func(t *testing.T) {
					l, err := net.Listen("tcp", "127.0.0.1:0")
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { l.Close() })
					o, err := orb.New(orb.Config{})
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
					port := uint16(l.Addr().(*net.TCPAddr).Port)
					p := ior.IIOP{Version: cdr.V11, Host: "127.0.0.1", Port: port, Key: []byte("x")}
					ref := o.NewRef(&ior.IOR{TypeID: "IDL:M/Mirror:1.0", Profiles: []ior.Profile{p.Profile()}})
					go func() {
						c, err := l.Accept()
						if err != nil {
							return
						}
						defer c.Close()
						for {
							h, msg, err := read(c)
							if err != nil {
								return
							}
							var d cdr.Decoder
							giop.Open(&d, h, msg, nil)
							var r giop.Request
							if r.Parse(h, &d) != nil {
								return
							}
							d.Count(8)
							n := int(d.ULong())
							e := cdr.NewEncoder(nil, true, nil)
							giop.BeginReply(e, cdr.V11, r.ID, status, nil)
							if status == giop.UserException {
								e.RawString(overTC.ID())
							}
							_, _ = c.Write(inFragments(e.Bytes(), n, uint32(n), each))
						}
					}()
					none, err := dyn.Of(doubles, []any{})
					if err != nil {
						t.Fatal(err)
					}
					for _, n := range sizes {
						ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
						count, err := dyn.Of(typecode.Long, int32(n))
						if err != nil {
							t.Fatal(err)
						}
						r, err := dii.Call(ctx, ref, fragments, none, count)
						cancel()
						var raised *dii.UserException
						switch {
						case status == giop.UserException && errors.As(err, &raised):
							x := raised.Value.Value().(dyn.Exception)
							checkList(t, "exceptions", x.Members.Get("list"), x.Members.Get("after"), n)
						case err != nil || status == giop.UserException:
							t.Fatalf("%d doubles: %v", n, exc.From(err, exc.Maybe))
						default:
							checkList(t, "replies", r.Return.Value(), r.Out[0].Value(), n)
						}
					}
				})
			}
		})
	}
}

// read reads a message, which is not in fragments.
func read(c net.Conn) (giop.Header, []byte, error) {
	msg := make([]byte, giop.HeaderSize)
	if _, err := io.ReadFull(c, msg); err != nil {
		return giop.Header{}, nil, err
	}
	h, err := giop.ParseHeader(msg)
	if err != nil {
		return h, nil, err
	}
	msg = append(msg, make([]byte, h.Size)...)
	_, err = io.ReadFull(c, msg[giop.HeaderSize:])
	return h, msg, err
}

func message(t *testing.T, c net.Conn) (giop.Header, []byte) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	h, msg, err := read(c)
	if err != nil {
		t.Fatal(err)
	}
	return h, msg
}
