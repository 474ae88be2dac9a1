package cdr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// TestArraysBehindValues: an array of numbers that wants padding where the data of a value within have ended is not sent to a known omniORB, whose
// process would end; nor is any other refused, or sent to anybody else with an error.
func TestArraysBehindValues(t *testing.T) {
	t.Parallel()
	within := func(e *cdr.Encoder, write func(*cdr.Encoder)) {
		m := e.BeginValue(1, nil, true)
		write(e)
		e.EndValue(m)
	}
	// The value within begins at 4 where nothing is before it, and its data at 12.
	long := func(e *cdr.Encoder) { e.Long(1) }
	longs := func(e *cdr.Encoder) { e.Longs([]int32{1, 2}) }
	doubles := func(e *cdr.Encoder) { e.BeginRun(8); e.Double(1); e.EndRun() }
	octet := func(e *cdr.Encoder) { e.Octet(1) }
	inOrder := func(all ...func(*cdr.Encoder)) func(*cdr.Encoder) {
		return func(e *cdr.Encoder) {
			for _, f := range all {
				f(e)
			}
		}
	}
	value := func(state ...func(*cdr.Encoder)) func(*cdr.Encoder) {
		return func(e *cdr.Encoder) { within(e, inOrder(state...)) }
	}
	for name, c := range map[string]struct {
		write   func(*cdr.Encoder)
		refused bool
	}{
		"numbers of 4 behind an octet":         {inOrder(value(octet), longs), true},
		"numbers of 4 behind a number":         {inOrder(value(long), longs), false},
		"numbers of 8 behind two of 4":         {inOrder(value(long, long), doubles), true},
		"numbers of 8 behind one of 4":         {inOrder(value(long), doubles), false},
		"octets behind an octet":               {inOrder(value(octet), func(e *cdr.Encoder) { e.Octets([]byte{1, 2}) }), false},
		"a sequence behind an octet":           {inOrder(value(octet), func(e *cdr.Encoder) { e.Count(2); longs(e) }), false},
		"a number between":                     {inOrder(value(octet), octet, longs), false},
		"null between":                         {inOrder(value(octet), func(e *cdr.Encoder) { e.NullValue() }, longs), false},
		"in a value by itself":                 {inOrder(octet, longs), false},
		"behind two that end together":         {inOrder(value(octet, func(e *cdr.Encoder) { m := e.BeginValue(2, nil, true); e.Octet(1); e.EndValue(m) }), longs), true},
		"behind two, the last without padding": {inOrder(value(octet, func(e *cdr.Encoder) { m := e.BeginValue(2, nil, true); e.Long(1); e.EndValue(m) }), longs), false},
		"at the start of a second":             {inOrder(value(octet), value(longs)), false},
		"behind one without a state":           {inOrder(octet, value(), longs), false},
	} {
		for _, reader := range []cdr.Reader{cdr.AnyReader, cdr.OtherOrder, cdr.JacORB, cdr.NotJacORB, cdr.OmniORB} {
			e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Reader: reader})
			m := e.BeginValue(0, nil, true)
			c.write(e)
			e.EndValue(m)
			var sys *exc.SystemException
			switch err := e.Err(); {
			case !c.refused || reader != cdr.OmniORB:
				if err != nil {
					t.Errorf("%s, reader %d: %v", name, reader, err)
				}
			case !errors.As(err, &sys) || sys.Kind != exc.Marshal || sys.Minor != exc.MinorLimit || !strings.Contains(err.Error(), "the process of an omniORB would end"):
				t.Errorf("%s: got %v, want MARSHAL", name, err)
			}
		}
	}
}
