package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/opendsom/dsom/ior/explain"
	"github.com/opendsom/dsom/probe"
)

// A Name is what is bound in the daemon's naming service.
type Name struct {
	Name string `json:"name"`           // stringified, from the root
	Kind string `json:"kind"`           // NameObject or NameContext
	Type string `json:"type,omitempty"` // repository id, as the reference says
	URL  string `json:"url,omitempty"`  // of the object: corbaloc: where it can be put so, or IOR:
}

// The kinds of Name.
const (
	NameObject  = "object"
	NameContext = "context"
)

// Names is a part of a naming tree.
type Names struct {
	Names []Name `json:"names"`
	More  bool   `json:"more,omitempty"` // there are others, which the limit left out
}

// A NameQuery says which names are meant.
type NameQuery struct {
	In     string // the context, "" is the root
	Search string // a part of the name, whichever case: looked for in the contexts inside, too; "" is what is bound in the context itself
	Limit  int    // of names that are returned, 1 to MaxNames; 0 is MaxNames
}

// Limits of what is asked of names and objects.
const (
	MaxNames    = 1000
	MaxSearched = 100_000 // names that one search looks at
	MaxURL      = 64 << 10
)

// Names returns a part of the naming tree.
func (c *Client) Names(ctx context.Context, q NameQuery) (out Names, err error) {
	v := url.Values{"in": {q.In}, "search": {q.Search}, "limit": {strconv.Itoa(q.Limit)}}
	return out, c.call(ctx, http.MethodGet, "/v1/names?"+v.Encode(), nil, &out)
}

// A Question asks about a reference.
type Question struct {
	URL   string `json:"url"`             // IOR:, corbaloc:, corbaname: or dsom:
	Probe bool   `json:"probe,omitempty"` // try its addresses
}

// A Reference is a reference taken apart.
type Reference struct {
	explain.Reference
	Probe *probe.Report `json:"probe,omitempty"`
}

// Reference takes a reference apart, and tries its addresses if q says so, each for some seconds.
func (c *Client) Reference(ctx context.Context, q Question) (out Reference, err error) {
	return out, c.call(ctx, http.MethodPost, "/v1/references", q, &out)
}

// A Class is an interface that the daemon knows from IDL.
type Class struct {
	Name       string      `json:"name"` // scoped
	ID         string      `json:"id"`   // repository id
	Doc        string      `json:"doc,omitempty"`
	Bases      []string    `json:"bases,omitempty"` // scoped names of the direct ones
	File       string      `json:"file,omitempty"`  // where it is from
	Operations []Operation `json:"operations,omitempty"`
}

// An Operation is one that an object of a Class has, inherited or not; an attribute is one, too, or two if it can be written.
type Operation struct {
	Name    string   `json:"name"`           // an attribute to write has = behind it
	From    string   `json:"from,omitempty"` // the interface that it is inherited from
	Doc     string   `json:"doc,omitempty"`
	Result  string   `json:"result"` // a type, in IDL
	Params  []Param  `json:"params,omitempty"`
	Raises  []string `json:"raises,omitempty"`
	Oneway  bool     `json:"oneway,omitempty"`
	Writes  bool     `json:"writes,omitempty"`  // it is not merely the reading of an attribute
	Trouble string   `json:"trouble,omitempty"` // why it cannot be called from a form
}

// A Param is a parameter of an Operation.
type Param struct {
	Name    string   `json:"name"`
	Mode    string   `json:"mode"`              // in, out or inout
	Type    string   `json:"type"`              // in IDL
	Form    string   `json:"form"`              // how its value is entered: FormNumber, FormText, …
	Choices []string `json:"choices,omitempty"` // of FormChoice
	Example string   `json:"example,omitempty"` // a value as JSON
}

// The values of Param.Form.
const (
	FormNumber  = "number"  // a JSON number
	FormText    = "text"    // a JSON string
	FormBoolean = "boolean" // true or false
	FormChoice  = "choice"  // a JSON string, one of Choices
	FormObject  = "object"  // a reference, as a JSON string, or null
	FormJSON    = "json"    // any JSON
)

// Classes returns the interfaces that the daemon knows, ordered by name, without their operations, and what is wrong with the
// files in which it looked.
func (c *Client) Classes(ctx context.Context) (out Classes, err error) {
	return out, c.call(ctx, http.MethodGet, "/v1/classes", nil, &out)
}

// Classes are those that the daemon knows.
type Classes struct {
	Classes  []Class  `json:"classes"`
	Problems []string `json:"problems,omitempty"`
	Folder   string   `json:"folder"` // where IDL files are looked for
}

// Class returns an interface by its scoped name or repository id.
func (c *Client) Class(ctx context.Context, name string) (out Class, err error) {
	return out, c.call(ctx, http.MethodGet, "/v1/classes/"+url.PathEscape(name), nil, &out)
}

// ClassOf returns the interface of an object, by what its reference says, or else by what the object says.
func (c *Client) ClassOf(ctx context.Context, ref string) (out Class, err error) {
	return out, c.call(ctx, http.MethodPost, "/v1/objects/class", Question{URL: ref}, &out)
}

// A Call is to be made by the daemon.
type Call struct {
	URL       string                     `json:"url"`                 // of the object
	Interface string                     `json:"interface,omitempty"` // "": as ClassOf finds it
	Operation string                     `json:"operation"`           // as in Class
	Arguments map[string]json.RawMessage `json:"arguments,omitempty"` // of the in and inout parameters, as dyn.UnmarshalJSON reads them
	Timeout   Duration                   `json:"timeout,omitzero"`    // at most MaxCallTime, which 0 is too
}

// An Outcome is what came of a Call.
type Outcome struct {
	Result    json.RawMessage `json:"result,omitempty"`    // the value, or an object of all results by name; none for void
	Exception json.RawMessage `json:"exception,omitempty"` // members of the exception that the object raised, with its id as _exception
	Error     string          `json:"error,omitempty"`     // what else went wrong
	Took      Duration        `json:"took"`
}

// Call makes a call. Its error is that it could not be made for what was asked; what became of it is in the outcome.
func (c *Client) Call(ctx context.Context, in Call) (out Outcome, err error) {
	return out, c.call(ctx, http.MethodPost, "/v1/objects/call", in, &out)
}
