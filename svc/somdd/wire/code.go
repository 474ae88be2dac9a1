package wire

import "fmt"

// A Code is an ORBStatus of DSOM, which also is the minor code of its system exceptions. The zero Code is success.
type Code uint32

// The codes that are used here.
const (
	Success              Code = 0
	NotImplemented       Code = 30002
	NoMessages           Code = 30019
	UnexpectedNULL       Code = 30003
	CouldNotStartProcess Code = 30041
	NoServerClass        Code = 30042
	ImplNotFound         Code = 30046
	ClassNotFound        Code = 30047
	ServerNotFound       Code = 30048 // it does not run
	ServerAlreadyExists  Code = 30049
	ServerNotActive      Code = 30050
	ObjectNotFound       Code = 30052
	AccessDenied         Code = 30065
	BadParm              Code = 30066
	UnknownError         Code = 30071
	NoSpace              Code = 30072
)

var codeTexts = map[Code][2]string{
	Success:              {"Success", "done"},
	NoMessages:           {"NoMessages", "there is no request to be carried out"},
	NotImplemented:       {"NotImplemented", "this is not implemented there"},
	UnexpectedNULL:       {"UnexpectedNULL", "something is missing that is needed"},
	CouldNotStartProcess: {"CouldNotStartProcess", "the server could not be started"},
	NoServerClass:        {"NoServerClass", "the server's class is not known there"},
	ImplNotFound:         {"ImplNotFound", "no such implementation is registered"},
	ClassNotFound:        {"ClassNotFound", "no such class is known there"},
	ServerNotFound:       {"ServerNotFound", "the server does not run"},
	ServerAlreadyExists:  {"ServerAlreadyExists", "such an implementation is registered already"},
	ServerNotActive:      {"ServerNotActive", "the server is not active"},
	ObjectNotFound:       {"ObjectNotFound", "no such object is there"},
	AccessDenied:         {"AccessDenied", "it is not allowed"},
	BadParm:              {"BadParm", "a value is not good"},
	UnknownError:         {"UnknownError", "it failed"},
	NoSpace:              {"NoSpace", "there is no room for more"},
}

// String returns the name that C programs know, such as SOMDERROR_ServerNotFound; the number where it is not known here.
func (c Code) String() string {
	if t, ok := codeTexts[c]; ok {
		return "SOMDERROR_" + t[0]
	}
	return fmt.Sprint(uint32(c))
}

// Meaning says in words what the code means; "" where it is not known here.
func (c Code) Meaning() string { return codeTexts[c][1] }
