package streamable

import (
	"context"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/coslifecycle/factoryfinder"
	"github.com/opendsom/dsom/som/stream/cosobjectidentity"
	"github.com/opendsom/dsom/som/stream/cosobjectidentity/identifiableobject"
)

// object is the state of a Streamable, and its methods are what the class implements.
type object struct {
	identifiableobject.Base
}

// ExternalizeToStream implements CosStream::Streamable::externalize_to_stream(in StreamIO target_stream).
func (o *object) ExternalizeToStream(ctx context.Context, targetStream som.Object) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::Streamable", Text: "externalize_to_stream is for the class of the object to implement"}
}

// InternalizeFromStream implements CosStream::Streamable::internalize_from_stream(in StreamIO source_stream, in CosLifeCycle::FactoryFinder there).
func (o *object) InternalizeFromStream(ctx context.Context, sourceStream som.Object, there factoryfinder.FactoryFinder) error {
	return &som.Error{Code: som.CodeAbstract, Class: "CosStream::Streamable", Text: "internalize_from_stream is for the class of the object to implement"}
}

// IsIdentical implements CosStream::Streamable::is_identical(in IdentifiableObject other_object).
func (o *object) IsIdentical(ctx context.Context, otherObject identifiableobject.IdentifiableObject) (bool, error) {
	return o.Base.IsIdentical(ctx, otherObject)
}

// ConstantRandomId implements CosStream::Streamable::_get_constant_random_id.
func (o *object) ConstantRandomId(ctx context.Context) (cosobjectidentity.ObjectIdentifier, error) {
	return o.Base.ConstantRandomId(ctx)
}

// SomDefaultInit implements CosStream::Streamable::somDefaultInit.
func (o *object) SomDefaultInit() error { return nil }

// SomDestruct implements CosStream::Streamable::somDestruct.
func (o *object) SomDestruct() {}
