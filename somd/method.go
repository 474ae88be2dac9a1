package somd

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// A method is how a method of a class goes over the wire.
type method struct {
	of       *som.Method
	name     string // of the operation
	result   *som.SignedType
	params   []param
	ins      []reflect.Type // as Go has them
	outs     []reflect.Type // the result first
	copies   byte           // how the result goes, as values.copies has it
	takesCtx bool
	fails    bool // its last result is an error
	oneway   bool // nobody waits for it
	lends    bool // the result stays the object's
	raises   []orb.Exception
	raised   []som.SignedRaise
	err      error // why it cannot be called from elsewhere
}

type param struct {
	how     byte
	copies  byte
	takes   bool // what goes in is the object's from the call on
	lends   bool // what comes out stays the object's
	typ     *som.SignedType
	in, out int // which of Go's arguments and results it is
}

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
	methods     sync.Map // *som.Method to *method
)

// methodOf returns how a method goes over the wire, or in err why it does not.
func methodOf(m *som.Method) *method {
	if x, ok := methods.Load(m); ok {
		return x.(*method)
	}
	x := newMethod(m)
	if x.err != nil {
		x.err = exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "%s cannot be called in another process: %w", m, x.err)
	}
	methods.Store(m, x)
	return x
}

func newMethod(m *som.Method) *method {
	x := &method{of: m, name: m.Name(), lends: m.LendsResult(), oneway: m.Oneway()}
	t := m.Type()
	first, outs := 1, t.NumOut()
	if t.NumIn() > 1 && t.In(1) == contextType {
		first, x.takesCtx = 2, true
	}
	if outs > 0 && t.Out(outs-1) == errorType {
		x.fails = true
		outs--
	}
	for i := first; i < t.NumIn(); i++ {
		x.ins = append(x.ins, t.In(i))
	}
	for i := range outs {
		x.outs = append(x.outs, t.Out(i))
	}
	if m.Kind() == som.Procedure {
		x.err = fmt.Errorf("it is a procedure, a function of its process")
		return x
	}
	sig := m.Whole()
	letters, _, _ := strings.Cut(sig, "/")
	signed, err := som.ParseSignature(sig)
	switch {
	case err == nil && signed.Manner != "" && signed.Manner != "oidl":
		x.err = fmt.Errorf("it is called in another way than methods are: %s", signed.Manner)
	case err == nil:
		x.err = x.told(signed)
	case strings.Contains(letters, "p") && m.Packing().Passing() == "":
		x.err = err
	default:
		x.err = x.guessed(m.Packing().Passing())
	}
	x.copied(m.Copies())
	for i := range x.params {
		x.params[i].takes, x.params[i].lends = m.Takes(i), m.Lends(i)
	}
	if signed != nil {
		x.raised = signed.Raises
		for i := range signed.Raises {
			x.raises = append(x.raises, &exception{of: &signed.Raises[i]})
		}
	}
	if sig == "" {
		x.raises = append(x.raises, anyException{})
	}
	return x
}

// copied takes how objects go from what the class's IDL says, a letter for the result and one for each parameter.
func (x *method) copied(letters string) {
	if letters == "" || x.err != nil {
		return
	}
	if len(letters) != 1+len(x.params) {
		x.err = fmt.Errorf("its class says %q of how objects go, and it has %d parameters", letters, len(x.params))
		return
	}
	x.copies = letters[0]
	for i := range x.params {
		x.params[i].copies = letters[i+1]
	}
}

// told takes the types from the signature.
func (x *method) told(s *som.Signed) error {
	x.result = s.Result
	in, out := 0, 0
	if s.Result.Kind != som.Void {
		out = 1
	}
	for _, p := range s.Params {
		q := param{how: p.How, typ: p.Type, in: in, out: out}
		if p.How != 'o' {
			in++
		}
		if p.How != 'i' {
			out++
		}
		x.params = append(x.params, q)
	}
	if in != len(x.ins) || out != len(x.outs) {
		if _, _, err := s.MethodType(); err != nil { // so that Go has no type for it
			return err
		}
		return fmt.Errorf("its signature %s has %d arguments and %d results, and its type in Go %v", x.of.Signature(), in, out, x.of.Type())
	}
	return nil
}

// guessed takes the types from Go's, and how they are passed from generated code, if that tells.
func (x *method) guessed(passing string) error {
	if passing == "" {
		if passing = strings.Repeat("i", len(x.ins)); len(x.outs) > 0 {
			passing = "r" + passing + strings.Repeat("o", len(x.outs)-1)
		}
	}
	x.result = &som.SignedType{Kind: som.Void}
	in, out := 0, 0
	for n := range len(passing) {
		p := param{how: passing[n] | 0x20, in: in, out: out}
		wide := passing[n] < 'a'
		var t reflect.Type
		switch {
		case p.how == 'i' || p.how == 'x':
			if in >= len(x.ins) {
				return fmt.Errorf("%v has not the parameters of %q", x.of.Type(), passing)
			}
			t = x.ins[in]
			in++
		case out >= len(x.outs):
			return fmt.Errorf("%v has not the results of %q", x.of.Type(), passing)
		default:
			t = x.outs[out]
		}
		if p.how != 'i' {
			out++
		}
		if p.typ = typeOf(t, wide); p.typ == nil {
			return unknownType(fmt.Sprintf("parameter %d", n+1), t)
		}
		if p.how == 'r' {
			x.result = p.typ
			continue
		}
		x.params = append(x.params, p)
	}
	if in != len(x.ins) || out != len(x.outs) {
		return fmt.Errorf("%v has not the parameters and results of %q", x.of.Type(), passing)
	}
	return nil
}

// call calls the method of an object elsewhere. What it returns is in the order of Go's results.
func (x *method) call(ctx context.Context, d *Domain, ref *orb.Ref, l *lent, args []any) ([]any, error) {
	defer x.took(args)
	if x.err != nil {
		return nil, x.err
	}
	if len(args) != len(x.ins) {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%s takes %d arguments, not %d", x.of, len(x.ins), len(args))
	}
	ins := make([]reflect.Value, len(args))
	for i, a := range args {
		v, err := fit(a, x.ins[i])
		if err != nil {
			return nil, exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "argument %d of %s: %w", i+1, x.of, err)
		}
		ins[i] = v
	}
	v := values{d: d, ctx: ctx, why: passed, to: ref, from: serverOf(ref), defers: true}
	w := values{d: d, ctx: ctx, lent: l, by: x.of, defers: true} // what stays the object's
	flags := orb.CallFlags(0)
	if x.oneway {
		flags = orb.Oneway
	}
	c := orb.StartCall(ctx, ref, x.name, flags)
	for c.Next() {
		v.ungive()
		for _, p := range x.params {
			if p.how != 'o' {
				v.copies, v.gives = p.copies, p.takes
				v.put(&c.Out, p.typ, ins[p.in])
			}
		}
	}
	outs := make([]reflect.Value, len(x.outs))
	clear := func() {
		for i, t := range x.outs {
			outs[i] = reflect.New(t).Elem()
		}
	}
	clear()
	v.gives = false
	get := func(lends bool, copies byte, t *som.SignedType, out reflect.Value) {
		to := &v
		if lends {
			to = &w
		}
		to.copies = copies
		to.get(&c.In, t, out)
	}
	raises := d.readers(ctx, x.raises, serverOf(ref))
	for again := false; c.Returned(raises...); again = true {
		if again { // what was read before has to be read in another way
			clear()
			v.again()
			w.again()
		}
		if x.result.Kind != som.Void {
			get(x.lends, x.copies, x.result, outs[0])
		}
		for _, p := range x.params {
			if p.how != 'i' {
				get(p.lends, p.copies, p.typ, outs[p.out])
			}
		}
	}
	err := c.End()
	if err == nil {
		err = taken(exc.Yes, true, &v, &w)
	} else if failed := takeRaised(raises, err); failed != nil {
		err = failed
	}
	if err != nil {
		if len(v.gave) > 0 && unseen(ctx, ref, err) {
			v.ungive()
		}
		v.release()
		w.release()
		return nil, err
	}
	l.keep(x.of, w.refs)
	all := make([]any, len(outs))
	for i, o := range outs {
		if x.lendsOut(i) { // the proxy has what it lends, and whoever calls has references of his own, as of all results
			each(o, func(r som.Ref) { err = errors.Join(err, r.Retain()) })
		}
		all[i] = o.Interface()
	}
	return all, err
}

// taken has values take the references that they have read. An error is what the call or the request ends with, of that completion status; called says
// that it is a call.
func taken(c exc.Completed, called bool, all ...*values) error {
	for _, v := range all {
		if err := v.take(); err != nil {
			sys := *exc.From(err, c)
			sys.Completed, sys.Called = c, called
			return &sys
		}
	}
	return nil
}

// took releases what a caller has given: the object elsewhere has references of its own.
func (x *method) took(args []any) {
	for _, p := range x.params {
		if p.takes && p.how != 'o' && p.in < len(args) {
			each(reflect.ValueOf(args[p.in]), func(r som.Ref) { _ = r.Release() })
		}
	}
}

// fit is an argument as a value of a parameter's type: as it is, or a number that loses nothing.
func fit(a any, t reflect.Type) (reflect.Value, error) {
	v := reflect.ValueOf(a)
	if !v.IsValid() {
		if t.Kind() == reflect.Interface || t == refType || t.Kind() == reflect.Slice {
			return reflect.Zero(t), nil
		}
		return v, fmt.Errorf("nil is no %v", t)
	}
	if v.Type().AssignableTo(t) {
		return v, nil
	}
	if o, ok := a.(som.Object); ok {
		if t == refType {
			return reflect.ValueOf(o.SOM()), nil
		}
		if n, ok := som.NarrowTo(o, t); ok {
			return n, nil
		}
	}
	if number(v.Kind()) && number(t.Kind()) {
		if c := v.Convert(t); c.Convert(v.Type()).Equal(v) && negative(c) == negative(v) {
			return c, nil
		}
	}
	return v, fmt.Errorf("%v, a %v, is no %v", a, v.Type(), t)
}

func number(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Float64 }

func negative(v reflect.Value) bool {
	return v.CanInt() && v.Int() < 0 || v.CanFloat() && v.Float() < 0
}

// serve carries out a request for the method of an object of this process.
func (x *method) serve(d *Domain, r *orb.ServerRequest, o som.Ref) {
	if x.err != nil {
		r.Returned(x.err)
		return
	}
	v, mine := values{d: d, ctx: r.Context(), defers: true}, values{d: d, ctx: r.Context(), gives: true, defers: true} // the latter are the object's
	defer v.release()
	defer mine.release()
	ins := make([]reflect.Value, len(x.ins))
	for _, p := range x.params {
		if p.how == 'o' {
			continue
		}
		in := reflect.New(x.ins[p.in]).Elem()
		ins[p.in] = in
		from := &v
		if p.takes {
			from = &mine
		}
		from.copies = p.copies
		from.get(&r.In, p.typ, in)
	}
	if !r.Decoded() {
		return
	}
	if err := taken(exc.No, false, &v, &mine); err != nil {
		r.Returned(err)
		return
	}
	args := make([]any, len(x.ins))
	for i, in := range ins {
		if in.IsValid() && !(in.Kind() == reflect.Interface && in.IsNil()) {
			args[i] = in.Interface()
		}
	}
	mine.refs = nil
	outs, err := d.carriedOut(r.Context(), x, o, args)
	if err == nil && len(outs) != len(x.outs) {
		err = exc.New(exc.Internal, exc.MinorBadValue, exc.Yes, "the server object gave %d results of %s, not %d", len(outs), x.of, len(x.outs))
	}
	defer func() {
		for _, out := range outs {
			each(reflect.ValueOf(out), func(r som.Ref) { _ = r.Release() })
		}
	}()
	if !r.Returned(err, d.readers(r.Context(), x.raises, "")...) {
		releaseRaised(err)
		return
	}
	w := values{d: d, ctx: r.Context()}
	why := map[bool]hold{true: passed, false: given} // by whether the object lends it
	if x.result.Kind != som.Void {
		w.copies, w.why = x.copies, why[x.lends]
		if x.of.Class() == ServerClass && x.of.Name() == "somdGetClassObj" { // what nobody passes otherwise
			w.why = asked
		}
		w.put(&r.Out, x.result, result(outs, 0, x.outs[0]))
	}
	for _, p := range x.params {
		if p.how != 'i' {
			w.copies, w.why = p.copies, why[p.lends]
			w.put(&r.Out, p.typ, result(outs, p.out, x.outs[p.out]))
		}
	}
}

// lendsOut reports whether one of Go's results stays the object's.
func (x *method) lendsOut(n int) bool {
	for _, p := range x.params {
		if p.how != 'i' && p.out == n {
			return p.lends
		}
	}
	return x.lends
}

// run calls the method as any caller by name does, so that the object's class may take the call over.
func (x *method) run(ctx context.Context, o som.Ref, args []any) ([]any, error) {
	out, err := o.Invoke(ctx, x.of.String(), args...)
	if err != nil {
		return nil, err
	}
	switch len(x.outs) {
	case 0:
		return nil, nil
	case 1:
		return []any{out}, nil
	}
	all, _ := out.([]any)
	if len(all) != len(x.outs) {
		return nil, exc.New(exc.Internal, exc.MinorBadValue, exc.Yes, "%s gave %d results, not %d", x.of, len(all), len(x.outs))
	}
	return all, nil
}

// result is result n, as the type that it is declared with where it is an object.
func result(outs []any, n int, t reflect.Type) reflect.Value {
	v := reflect.ValueOf(outs[n])
	if !v.IsValid() {
		return reflect.Zero(t)
	}
	return v
}
