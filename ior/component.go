package ior

import "github.com/opendsom/dsom/exc"

// The tags of components (clause 7.6.6).
const (
	TagORBType              uint32 = 0
	TagCodeSets             uint32 = 1 // see package codeset
	TagPolicies             uint32 = 2
	TagAlternateIIOPAddress uint32 = 3
	TagSSLSecTrans          uint32 = 20
	TagCSISecMechList       uint32 = 33
	TagTLSSecTrans          uint32 = 36
	TagRMICustomMaxStream   uint32 = 38
)

// The ORB types in use (OMG's list of ORB type ids), and ours.
const (
	ORBTypeOmniORB uint32 = 0x41545400
	ORBTypeTAO     uint32 = 0x54414f00
	ORBTypeJacORB  uint32 = 0x4a414300
	ORBTypeDSOM    uint32 = 0x44534f4d // "DSOM": not registered
)

// A Component is a piece of information in a profile. Data is what its tag says,
// mostly an encapsulation.
type Component struct {
	Tag  uint32
	Data []byte
}

// Find returns the data of the first component of that tag.
func Find(list []Component, tag uint32) ([]byte, bool) {
	for _, c := range list {
		if c.Tag == tag {
			return c.Data, true
		}
	}
	return nil, false
}

// ORBTypeComponent says which ORB made the reference.
func ORBTypeComponent(id uint32) Component {
	e := seal()
	e.ULong(id)
	return Component{TagORBType, e.Bytes()}
}

// ORBType returns the ORB type in a component of tag TagORBType.
func (c Component) ORBType() (uint32, error) {
	if err := c.is(TagORBType); err != nil {
		return 0, err
	}
	d := open(c.Data)
	id := d.ULong()
	return id, d.Err()
}

// AlternateAddressComponent gives another address under which the profile's object is reached.
func AlternateAddressComponent(host string, port uint16) Component {
	e := seal()
	e.RawString(host)
	e.UShort(port)
	return Component{TagAlternateIIOPAddress, e.Bytes()}
}

// AlternateAddress returns the address in a component of tag TagAlternateIIOPAddress.
func (c Component) AlternateAddress() (host string, port uint16, err error) {
	if err := c.is(TagAlternateIIOPAddress); err != nil {
		return "", 0, err
	}
	d := open(c.Data)
	host, port = text(d), d.UShort()
	return host, port, d.Err()
}

func (c Component) is(tag uint32) error {
	if c.Tag != tag {
		return exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "component of tag %d where one of tag %d is wanted", c.Tag, tag)
	}
	return nil
}
