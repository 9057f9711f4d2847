"""Binds the ports of fake hosts, where no agent runs, and makes them ACTIVE at once."""
from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api


class BedMechanismDriver(api.MechanismDriver):

    def initialize(self):
        pass

    @property
    def connectivity(self):
        return portbindings.CONNECTIVITY_L2

    def bind_port(self, context):
        if not (context.host or '').startswith('fake'):
            return
        context.set_binding(context.segments_to_bind[0][api.ID], portbindings.VIF_TYPE_BRIDGE,
                            {portbindings.CAP_PORT_FILTER: True}, status=constants.PORT_STATUS_ACTIVE)
