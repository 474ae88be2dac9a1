package explain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/ior/explain"
)

// TestOf holds the JSON of references of each form, damaged and hostile ones among them.
func TestOf(t *testing.T) {
	t.Parallel()
	ours := ior.IIOP{Version: cdr.V12, Host: "a", Port: 7, Key: ior.AppendKey(nil, ior.Key{Adapter: "x", ID: []byte("ada")}), Components: []ior.Component{
		ior.ORBTypeComponent(ior.ORBTypeDSOM), ior.AlternateAddressComponent("b", 8), {Tag: ior.TagCodeSets, Data: []byte{1}},
	}}
	hidden := ior.IIOP{Version: cdr.V12, Host: "a", Port: 7, Key: []byte("evil\u202egnp")}
	for _, c := range []struct {
		url   string
		wants []string
	}{
		{"corbaloc:iiop:1.2@h:1/Key", []string{`"scheme":"corbaloc"`, `"addresses":["iiop:1.2@h:1"]`, `"text":"Key"`}},
		{"corbaname::h:1#a/b", []string{`"name":"a/b"`}},
		{(&ior.IOR{}).String(), []string{`"nil":true`}},
		{(&ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{ours.Profile()}}).String(), []string{
			`"type":"IDL:X:1.0"`, `"addresses":["a:7","b:8"]`, `"object":"ada"`, `"persistent":true`, `"corbaloc":"corbaloc:`, `"value":"DSOM (0x`, `"value":"b:8"`,
		}},
		{(&ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{hidden.Profile()}}).String(), []string{`"key":{"hex":"6576696ce280ae676e70"}`}},
		{(&ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{{Tag: ior.TagInternetIOP, Data: []byte{0, 1}}, {Tag: 99, Data: []byte{7}}}}).String(), []string{
			`"error":`, `"data":"0001"`, `"kind":"unknown"`,
		}},
	} {
		u, err := ior.ParseURL(c.url)
		if err != nil {
			t.Fatal(c.url, err)
		}
		b, err := json.Marshal(explain.Of(u))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.wants {
			if !strings.Contains(string(b), want) {
				t.Errorf("%.60s: %s is not in\n%s", c.url, want, b)
			}
		}
	}
}
