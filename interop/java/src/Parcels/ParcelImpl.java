package Parcels;

import Graphs.Leaf;
import org.omg.CORBA.DataInputStream;
import org.omg.CORBA.DataOutputStream;
import org.omg.CORBA.LongSeqHolder;

/** A Parcel that marshals itself, as custom.idl has it. */
public class ParcelImpl extends Parcel {
  private static final int MOST = 1 << 20; // goods that are read

  public ParcelImpl() {
    label = "";
    goods = new int[0];
  }

  @Override public void marshal(DataOutputStream out) {
    out.write_ulong(goods.length);
    out.write_long_array(goods, 0, goods.length);
    out.write_boolean(sealed);
    out.write_string(label);
    out.write_double(weight);
    out.write_Value(tag);
  }

  @Override public void unmarshal(DataInputStream in) {
    int n = in.read_ulong();
    if (n < 0 || n > MOST) throw new org.omg.CORBA.MARSHAL("a parcel of " + Integer.toUnsignedString(n) + " goods");
    LongSeqHolder all = new LongSeqHolder(new int[n]);
    in.read_long_array(all, 0, n);
    goods = all.value;
    sealed = in.read_boolean();
    label = in.read_string();
    weight = in.read_double();
    tag = (Leaf) in.read_Value();
  }
}
