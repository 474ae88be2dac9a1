package streamio

import (
	"context"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/coslifecycle/factoryfinder"
)

// object is the state of a StreamIO, and its methods are what the class implements: nothing, for a stream is an object of a subclass.
type object struct {
	som.Base
}

// ReadShort implements CosStream::StreamIO::read_short().
func (o *object) ReadShort(ctx context.Context) (result int16, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_short is for the class of the stream to implement"}
}

// WriteShort implements CosStream::StreamIO::write_short(in short item).
func (o *object) WriteShort(ctx context.Context, item int16) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_short is for the class of the stream to implement"}
}

// ReadLong implements CosStream::StreamIO::read_long().
func (o *object) ReadLong(ctx context.Context) (result int32, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_long is for the class of the stream to implement"}
}

// WriteLong implements CosStream::StreamIO::write_long(in long item).
func (o *object) WriteLong(ctx context.Context, item int32) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_long is for the class of the stream to implement"}
}

// ReadUnsignedShort implements CosStream::StreamIO::read_unsigned_short().
func (o *object) ReadUnsignedShort(ctx context.Context) (result uint16, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_unsigned_short is for the class of the stream to implement"}
}

// WriteUnsignedShort implements CosStream::StreamIO::write_unsigned_short(in unsigned short item).
func (o *object) WriteUnsignedShort(ctx context.Context, item uint16) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_unsigned_short is for the class of the stream to implement"}
}

// ReadUnsignedLong implements CosStream::StreamIO::read_unsigned_long().
func (o *object) ReadUnsignedLong(ctx context.Context) (result uint32, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_unsigned_long is for the class of the stream to implement"}
}

// WriteUnsignedLong implements CosStream::StreamIO::write_unsigned_long(in unsigned long item).
func (o *object) WriteUnsignedLong(ctx context.Context, item uint32) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_unsigned_long is for the class of the stream to implement"}
}

// ReadFloat implements CosStream::StreamIO::read_float().
func (o *object) ReadFloat(ctx context.Context) (result float32, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_float is for the class of the stream to implement"}
}

// WriteFloat implements CosStream::StreamIO::write_float(in float item).
func (o *object) WriteFloat(ctx context.Context, item float32) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_float is for the class of the stream to implement"}
}

// ReadDouble implements CosStream::StreamIO::read_double().
func (o *object) ReadDouble(ctx context.Context) (result float64, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_double is for the class of the stream to implement"}
}

// WriteDouble implements CosStream::StreamIO::write_double(in double item).
func (o *object) WriteDouble(ctx context.Context, item float64) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_double is for the class of the stream to implement"}
}

// ReadBoolean implements CosStream::StreamIO::read_boolean().
func (o *object) ReadBoolean(ctx context.Context) (result bool, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_boolean is for the class of the stream to implement"}
}

// WriteBoolean implements CosStream::StreamIO::write_boolean(in boolean item).
func (o *object) WriteBoolean(ctx context.Context, item bool) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_boolean is for the class of the stream to implement"}
}

// ReadChar implements CosStream::StreamIO::read_char().
func (o *object) ReadChar(ctx context.Context) (result byte, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_char is for the class of the stream to implement"}
}

// WriteChar implements CosStream::StreamIO::write_char(in char item).
func (o *object) WriteChar(ctx context.Context, item byte) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_char is for the class of the stream to implement"}
}

// ReadOctet implements CosStream::StreamIO::read_octet().
func (o *object) ReadOctet(ctx context.Context) (result byte, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_octet is for the class of the stream to implement"}
}

// WriteOctet implements CosStream::StreamIO::write_octet(in octet item).
func (o *object) WriteOctet(ctx context.Context, item byte) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_octet is for the class of the stream to implement"}
}

// ReadString implements CosStream::StreamIO::read_string().
func (o *object) ReadString(ctx context.Context) (result string, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_string is for the class of the stream to implement"}
}

// WriteString implements CosStream::StreamIO::write_string(in string item).
func (o *object) WriteString(ctx context.Context, item string) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_string is for the class of the stream to implement"}
}

// ReadObject implements CosStream::StreamIO::read_object(in CosLifeCycle::FactoryFinder there, in Streamable item).
func (o *object) ReadObject(ctx context.Context, there factoryfinder.FactoryFinder, item som.Object) (result som.Object, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "read_object is for the class of the stream to implement"}
}

// WriteObject implements CosStream::StreamIO::write_object(in Streamable item).
func (o *object) WriteObject(ctx context.Context, item som.Object) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamIO", Text: "write_object is for the class of the stream to implement"}
}

// SomDefaultInit implements CosStream::StreamIO::somDefaultInit.
func (o *object) SomDefaultInit() error { return nil }

// SomDestruct implements CosStream::StreamIO::somDestruct.
func (o *object) SomDestruct() {}
