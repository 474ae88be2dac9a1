package pi

import (
	"fmt"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/typecode"
)

// An Encoding names a transfer syntax and its version.
type Encoding struct {
	Format       int16
	Major, Minor byte
}

// EncodingCDREncaps is the format of encapsulations, which exists in the versions of GIOP.
const EncodingCDREncaps int16 = 0

// UnknownEncoding is the error of asking for a codec that there is not.
type UnknownEncoding struct{ Encoding Encoding }

func (e *UnknownEncoding) Error() string {
	return fmt.Sprintf("there is no codec for format %d, version %d.%d: there are those of encapsulations (0), 1.0 to 1.2", e.Encoding.Format, e.Encoding.Major, e.Encoding.Minor)
}

// InvalidTypeForEncoding is the error of encoding a value that the format cannot hold, such as wide characters in 1.0.
type InvalidTypeForEncoding struct {
	Type  *typecode.TypeCode
	Cause error
}

func (e *InvalidTypeForEncoding) Error() string {
	return fmt.Sprintf("a %v cannot be encoded: %v", e.Type, e.Cause)
}

// Unwrap returns the cause.
func (e *InvalidTypeForEncoding) Unwrap() error { return e.Cause }

// FormatMismatch is the error of decoding octets that are not in the codec's format.
type FormatMismatch struct{ Cause error }

func (e *FormatMismatch) Error() string {
	return fmt.Sprintf("the octets are no encapsulation: %v", e.Cause)
}

// Unwrap returns the cause.
func (e *FormatMismatch) Unwrap() error { return e.Cause }

// TypeMismatch is the error of decoding octets that do not hold a value of the type.
type TypeMismatch struct {
	Type  *typecode.TypeCode
	Cause error
}

func (e *TypeMismatch) Error() string {
	return fmt.Sprintf("the octets hold no %v: %v", e.Type, e.Cause)
}

// Unwrap returns the cause.
func (e *TypeMismatch) Unwrap() error { return e.Cause }

// A CodecFactory makes codecs (clause 16.7.4).
type CodecFactory struct{ setup *Setup }

// CreateCodec returns the codec of an encoding, or [UnknownEncoding].
func (f *CodecFactory) CreateCodec(e Encoding) (*Codec, error) {
	if e.Format != EncodingCDREncaps || e.Major != 1 || e.Minor > 2 {
		return nil, &UnknownEncoding{e}
	}
	return &Codec{f.setup, cdr.Version{Major: e.Major, Minor: e.Minor}}, nil
}

// A Codec turns values into octets, and back, as service contexts and components hold them (clause 16.7). Strings are in UTF-8, wide
// ones in UTF-16. It is safe for concurrent use, before the ORB has been made too, but for object references, which need it.
// What is decoded is bounded by the ORB's limits.
type Codec struct {
	setup   *Setup
	version cdr.Version
}

// Encode returns the encapsulation of a: its type and its value.
func (c *Codec) Encode(a dyn.Any) ([]byte, error) { return c.encode(a, dyn.PutAny) }

// EncodeValue returns the encapsulation of a's value alone.
func (c *Codec) EncodeValue(a dyn.Any) ([]byte, error) { return c.encode(a, dyn.PutValue) }

func (c *Codec) encode(a dyn.Any, put func(*cdr.Encoder, dyn.Any)) ([]byte, error) {
	e := cdr.NewEncoder(nil, true, c.env())
	e.Boolean(true)
	put(e, a)
	if err := e.Err(); err != nil {
		return nil, &InvalidTypeForEncoding{a.Type(), err}
	}
	return e.Bytes(), nil
}

// Decode returns what Encode has encoded, here or elsewhere: [FormatMismatch] if data is no such thing.
func (c *Codec) Decode(data []byte) (dyn.Any, error) {
	d, err := c.open(data)
	if err != nil {
		return dyn.Any{}, err
	}
	a := dyn.GetAny(d)
	if err := d.Done(); err != nil {
		return dyn.Any{}, &FormatMismatch{err}
	}
	return a, nil
}

// DecodeValue returns the value of type tc that EncodeValue has encoded, here or elsewhere: [FormatMismatch] if data is no
// encapsulation, [TypeMismatch] if what is in it is no such value.
func (c *Codec) DecodeValue(data []byte, tc *typecode.TypeCode) (dyn.Any, error) {
	d, err := c.open(data)
	if err != nil {
		return dyn.Any{}, err
	}
	a := dyn.GetValue(d, tc)
	if err := d.Done(); err != nil {
		return dyn.Any{}, &TypeMismatch{tc, err}
	}
	return a, nil
}

// open begins to read an encapsulation.
func (c *Codec) open(data []byte) (*cdr.Decoder, error) {
	d := cdr.NewDecoder(data, false, c.env())
	little := d.Boolean()
	if err := d.Err(); err != nil {
		return nil, &FormatMismatch{err}
	}
	d.Reset(data, 1, little, c.env())
	return d, nil
}

func (c *Codec) env() *cdr.Env {
	env := *c.setup.env()
	env.Version = c.version
	return &env
}

// ServiceContext returns a service context whose data is the encapsulation of a's value.
func (c *Codec) ServiceContext(id uint32, a dyn.Any) (giop.Context, error) {
	data, err := c.EncodeValue(a)
	return giop.Context{ID: id, Data: data}, err
}
