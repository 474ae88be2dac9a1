package Parcels;

public class CrateImpl extends Crate {
  public CrateImpl() { note = ""; }
}
