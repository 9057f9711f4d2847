"""Neutron's own router plugin. Where no L3 agent is alive to do it, a floating IP's status follows its association."""
from neutron.services.l3_router.l3_router_plugin import L3RouterPlugin
from neutron_lib import constants


class BedL3Plugin(L3RouterPlugin):

    def create_floatingip(self, context, floatingip, *args, **kwargs):
        return self._settle(context, super().create_floatingip(context, floatingip, *args, **kwargs))

    def update_floatingip(self, context, id, floatingip):
        return self._settle(context, super().update_floatingip(context, id, floatingip))

    def _settle(self, context, fip):
        admin = context.elevated()
        agents = self.get_agents(admin, {'agent_type': [constants.AGENT_TYPE_L3]})
        if any(agent['alive'] for agent in agents):
            return fip
        status = constants.FLOATINGIP_STATUS_ACTIVE if fip.get('port_id') else constants.FLOATINGIP_STATUS_DOWN
        if fip['status'] != status:
            self.update_floatingip_status(admin, fip['id'], status)
            fip['status'] = status
        return fip
