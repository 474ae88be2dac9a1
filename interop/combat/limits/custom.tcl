# prints: cannot marshal custom valuetype
package require combat
catch { [::Combat::CDR::Encoder #auto] Marshal {valuetype IDL:Parcel:1.0 {} 0 custom} {number 1} } trouble
puts $trouble
