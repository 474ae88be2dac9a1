package streamablefactory

import (
	"context"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/cosstream/streamable"
)

// object is the state of a StreamableFactory, and its methods are what the class implements.
type object struct {
	som.Base
}

// CreateUninitialized implements CosStream::StreamableFactory::create_uninitialized().
func (o *object) CreateUninitialized(ctx context.Context) (result streamable.Streamable, err error) {
	return result, &som.Error{Code: som.CodeAbstract, Class: "CosStream::StreamableFactory", Text: "create_uninitialized is for the class of the factory to implement"}
}

// SomDefaultInit implements CosStream::StreamableFactory::somDefaultInit.
func (o *object) SomDefaultInit() error { return nil }

// SomDestruct implements CosStream::StreamableFactory::somDestruct.
func (o *object) SomDestruct() {}
