package Grown;

public class HolderImpl extends Holder {}
