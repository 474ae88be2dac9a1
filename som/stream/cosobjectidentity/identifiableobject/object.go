package identifiableobject

import (
	"context"
	"math/rand/v2"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/cosobjectidentity"
)

// object is the state of a IdentifiableObject, and its methods are what the class implements.
type object struct {
	som.Base
	constantRandomId cosobjectidentity.ObjectIdentifier
}

// ConstantRandomId implements CosObjectIdentity::IdentifiableObject::_get_constant_random_id.
func (o *object) ConstantRandomId(ctx context.Context) (cosobjectidentity.ObjectIdentifier, error) {
	return o.constantRandomId, nil
}

// SetConstantRandomId implements CosObjectIdentity::IdentifiableObject::_set_constant_random_id. It is for who makes the object of what was
// stored of it.
func (o *object) SetConstantRandomId(ctx context.Context, constantRandomId cosobjectidentity.ObjectIdentifier) error {
	o.constantRandomId = constantRandomId
	return nil
}

// IsIdentical implements CosObjectIdentity::IdentifiableObject::is_identical(in IdentifiableObject other_object): whether it is the very
// same object of this process.
func (o *object) IsIdentical(ctx context.Context, otherObject IdentifiableObject) (result bool, err error) {
	other, ok := otherObject.(som.Object)
	return ok && other.SOM() == o.SOM(), nil
}

// SomDefaultInit implements CosObjectIdentity::IdentifiableObject::somDefaultInit.
func (o *object) SomDefaultInit() error {
	o.constantRandomId = rand.Uint32()
	return nil
}

// SomDefaultCopyInit gives a copy a number of its own: it is another object.
func (o *object) SomDefaultCopyInit(*object) error { return o.SomDefaultInit() }

// SomDefaultAssign leaves the number as it is: an object that is assigned to stays the one that it is.
func (o *object) SomDefaultAssign(*object) error { return nil }

// SomDestruct implements CosObjectIdentity::IdentifiableObject::somDestruct.
func (o *object) SomDestruct() {}
