package wire

import (
	"bytes"
	"encoding/binary"
)

// A Key is an object key of DSOM, taken apart. The octets of what follows the id are opaque but to the server itself.
type Key struct {
	Server    ID
	Transient bool   // the object ends with its process
	Ref       []byte // which of the server's objects; none: the server's own, of class SOMDServer
}

const (
	keyMagic     = 3 // begins every key
	keyLasting   = 0 // ends the server's id: what follows is the server's to choose
	keyTransient = 2 // ends the server's id: what follows says where in its memory the object is
	keyHead      = 1 + idLength + 1
)

// ParseKey takes a key apart; Ref is a view of it. It reports false for what is no key of DSOM.
func ParseKey(b []byte) (Key, bool) {
	if len(b) < keyHead || b[0] != keyMagic {
		return Key{}, false
	}
	end := b[keyHead-1]
	id, err := ParseID(string(b[1 : keyHead-1]))
	if err != nil || end != keyLasting && end != keyTransient {
		return Key{}, false
	}
	return Key{Server: id, Transient: end == keyTransient, Ref: b[keyHead:]}, true
}

// Append appends the key as it travels.
func (k Key) Append(dst []byte) []byte {
	dst = append(append(dst, keyMagic), k.Server.String()...)
	end := byte(keyLasting)
	if k.Transient {
		end = keyTransient
	}
	return append(append(dst, end), k.Ref...)
}

// ServerKey returns the key of a server's own object.
func ServerKey(server ID) []byte { return Key{Server: server}.Append(nil) }

// The numbers of the daemon's lasting objects.
const (
	numRepository = 2 // the ImplRepository
	numDefinition = 3 // an ImplementationDef of it, whose id follows with a zero
	numServerMgr  = 5 // the SOMDServerMgr
)

// An Object says which of the daemon's objects a key is of.
type Object uint8

// The daemon's objects.
const (
	NoObject      Object = iota
	TheServer            // the daemon's own, of class SOMDServer
	TheRepository        // the ImplRepository
	TheServerMgr         // the SOMDServerMgr
	ADefinition          // an ImplementationDef of the repository
	WasMade              // what a client has had made, by somdCreateObj
)

// Object returns which of the daemon's objects k is of, and with ADefinition the id of the implementation.
func (k Key) Object() (Object, ID) {
	switch {
	case k.Server != DaemonID:
		return NoObject, ID{}
	case k.Transient:
		return WasMade, ID{}
	case len(k.Ref) == 0:
		return TheServer, ID{}
	case len(k.Ref) < 8:
		return NoObject, ID{}
	}
	rest := k.Ref[8:]
	switch num := binary.LittleEndian.Uint64(k.Ref); {
	case num == numRepository && len(rest) == 0:
		return TheRepository, ID{}
	case num == numServerMgr && len(rest) == 0:
		return TheServerMgr, ID{}
	case num == numDefinition:
		text, more, ended := bytes.Cut(rest, []byte{0})
		if id, err := ParseID(string(text)); err == nil && ended && len(more) == 0 {
			return ADefinition, id
		}
	}
	return NoObject, ID{}
}

func daemonKey(num uint64, more ...byte) []byte {
	return Key{Server: DaemonID, Ref: append(binary.LittleEndian.AppendUint64(nil, num), more...)}.Append(nil)
}

// RepositoryKey is the key of the daemon's ImplRepository, ServerMgrKey that of its SOMDServerMgr.
var (
	RepositoryKey = daemonKey(numRepository)
	ServerMgrKey  = daemonKey(numServerMgr)
)

// DefinitionKey returns the key of the definition of an implementation in the daemon's repository.
func DefinitionKey(id ID) []byte { return daemonKey(numDefinition, append([]byte(id.String()), 0)...) }
