import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.PortableGroup.GOA;
import org.omg.PortableGroup.GOAHelper;
import org.omg.PortableServer.POA;
import org.omg.PortableServer.POAHelper;

/** A member of a group, which prints what it hears, or a client, which calls one: hear URL, call URL LENGTH... */
public final class Groups extends HearerPOA {
	public void hear(String text) {
		System.out.println("heard " + text.length() + " " + text.hashCode() + " " + text.substring(0, Math.min(text.length(), 20)));
		System.out.flush();
	}

	public static void main(String[] args) throws Exception {
		Properties p = new Properties();
		p.setProperty("org.omg.CORBA.ORBClass", "org.jacorb.orb.ORB");
		p.setProperty("org.omg.CORBA.ORBSingletonClass", "org.jacorb.orb.ORBSingleton");
		p.setProperty("jacorb.transport.factories", "org.jacorb.orb.iiop.IIOPFactories,org.jacorb.orb.miop.MIOPFactories");
		p.setProperty("jacorb.transport.client.selector", "org.jacorb.orb.miop.MIOPProfileSelector");
		p.setProperty("OAIAddr", "127.0.0.1");
		ORB orb = ORB.init(new String[0], p);
		Hearer group = HearerHelper.unchecked_narrow(orb.string_to_object(args[1]));
		if (args[0].equals("call")) {
			for (int i = 2; i < args.length; i++) {
				StringBuilder b = new StringBuilder();
				for (int n = Integer.parseInt(args[i]); b.length() < n;) {
					b.append((char) ('a' + b.length() % 23));
				}
				group.hear(b.toString());
			}
			Thread.sleep(500); // what is behind the call has no end that it tells
			System.exit(0);
		}
		POA poa = POAHelper.narrow(orb.resolve_initial_references("RootPOA"));
		poa.the_POAManager().activate();
		GOA goa = GOAHelper.narrow(poa);
		goa.associate_reference_with_id(group, poa.activate_object(new Groups()));
		System.out.println("ready");
		System.out.flush();
		orb.run();
	}
}
